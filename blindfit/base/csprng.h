// SPDX-License-Identifier: Apache-2.0
// Randomness and hashing, all of it libsodium's: secrets come from the operating system, public
// polynomials from seeds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace blindfit::base {

using Seed = std::array<std::uint8_t, 32>;
using Digest = std::array<std::uint8_t, 32>;

/// Initialises libsodium once; every function here calls it. Throws Error{kIo} if the system has no
/// entropy source.
void require_sodium();

/// Fills `out` with bytes from the operating system's generator. For secrets and for fresh public
/// seeds alike; the two never share a stream because each call draws anew.
void random_bytes(std::span<std::uint8_t> out);
Seed random_seed();

/// A deterministic ChaCha20 (RFC 8439) stream keyed by `seed`; the XOF of docs/format.md.
/// Not thread-safe; cheap to construct, so every polynomial has its own.
class SeededStream {
 public:
  /// key = BLAKE2b-256(domain || seed); `index` becomes the 96-bit nonce (little endian, zero
  /// padded).
  SeededStream(std::string_view domain, const Seed& seed, std::uint64_t index);
  ~SeededStream();
  SeededStream(const SeededStream&) = delete;
  SeededStream& operator=(const SeededStream&) = delete;

  /// Writes the next `out.size()` bytes of the stream, so that reading in pieces or at once gives
  /// the same bytes. Every call but the last must ask for a multiple of 64. Throws
  /// Error{kInvalidArgument} for a call after one that did not, and beyond the stream's 2^32
  /// blocks.
  void read(std::span<std::uint8_t> out);

 private:
  std::array<std::uint8_t, 32> key_{};
  std::array<std::uint8_t, 12> nonce_{};
  std::uint64_t block_ = 0;  ///< next block of 64 bytes
  bool ended_ = false;
};

/// Incremental BLAKE2b-256.
class Hasher {
 public:
  Hasher();
  void update(std::span<const std::uint8_t> bytes);
  /// Call once, last.
  [[nodiscard]] Digest finish();

 private:
  alignas(64) std::array<std::uint8_t, 384> state_;
};
Digest blake2b(std::span<const std::uint8_t> bytes);

/// Overwrites `bytes` with zeros in a way that the compiler may not remove.
void wipe(std::span<std::uint8_t> bytes) noexcept;

}  // namespace blindfit::base
