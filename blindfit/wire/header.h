// SPDX-License-Identifier: Apache-2.0
// The frame that every file shares: magic, version, kind, whose and what it is, length, payload,
// checksum (docs/format.md, "Frame").
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "blindfit/base/csprng.h"
#include "blindfit/base/error.h"
#include "blindfit/wire/byte_stream.h"
#include "blindfit/wire/limits.h"
#include "blindfit/wire/role.h"

namespace blindfit::wire {

inline constexpr std::string_view kMagic = "BLINDFIT";
inline constexpr std::uint16_t kFormatVersion = 2;
inline constexpr std::size_t kHeaderBytes = 128;
inline constexpr std::size_t kChecksumBytes = 32;

/// Names one run of `keygen`: a public random number written into every key and ciphertext that
/// belongs together, so that those of another owner or plan are refused. All zero: none.
struct KeySetId {
  std::array<std::uint8_t, 32> bytes{};
  bool operator==(const KeySetId&) const = default;
};
KeySetId draw_key_set_id();

enum class ObjectKind : std::uint16_t {
  kParameters = 1,
  kSeededCiphertext = 2,
  kCiphertext = 3,
  kRelinearizationKey = 4,
  kGaloisKey = 5,
  kOwnerKey = 6,
  kTransform = 7,
  kToSparseKey = 8,
  kFromSparseKey = 9,
};
/// What people call the kind, e.g. "Galois key"; "unknown object" outside the enumeration.
const char* to_string(ObjectKind kind) noexcept;

/// What an object was made for.
struct Identity {
  base::Digest fingerprint{};  ///< rlwe::Parameters::fingerprint, or zero
  KeySetId key_set;            ///< zero for objects that no key touched
  Role role{};                 ///< of a ciphertext in a training run; none for anything else
  bool operator==(const Identity&) const = default;
};

struct Header {
  ObjectKind kind = ObjectKind::kParameters;
  Identity identity;
  std::uint64_t payload_bytes = 0;
};

/// Reads the header alone, from at least kHeaderBytes bytes; nothing but magic, version and flags
/// is checked. Errors: kMalformed, kForeign (another format version).
base::Result<Header> parse_header(std::span<const std::uint8_t> bytes);

/// A checked frame; `payload` points into the bytes that were opened.
struct OpenObject {
  Header header;
  std::span<const std::uint8_t> payload;
};
/// Checks size, header, length, checksum and kind, in this order. Cost: one BLAKE2b pass.
/// Errors: kTooLarge, kMalformed (truncated, trailing bytes, not ours), kForeign (version, kind),
/// kCorrupt (checksum).
base::Result<OpenObject> open_object(std::span<const std::uint8_t> bytes, ObjectKind expected,
                                     const Limits& limits);
/// Errors: kForeign, naming which of fingerprint, key set and role differs, what was expected, what
/// was found, and what to do.
base::Status check_identity(const Header& header, const Identity& expected);

/// Writes one object: construct, append exactly `payload_bytes` to payload(), seal.
class ObjectWriter {
 public:
  ObjectWriter(ObjectKind kind, const Identity& identity, std::uint64_t payload_bytes);
  [[nodiscard]] ByteWriter& payload() noexcept { return writer_; }
  /// Appends the checksum. Throws Error{kInvalidArgument} if the payload is not of the declared
  /// length.
  [[nodiscard]] std::vector<std::uint8_t> seal() &&;

 private:
  std::uint64_t payload_bytes_;
  ByteWriter writer_;
};

/// The first eight bytes in hexadecimal: how messages name fingerprints and key sets.
std::string short_hex(std::span<const std::uint8_t> bytes);

}  // namespace blindfit::wire
