// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/header.h"

#include <algorithm>
#include <utility>

namespace blindfit::wire {
namespace {

using base::Error;
using base::ErrorCode;

std::string describe(ObjectKind kind) {
  return std::string(to_string(kind)) + " (kind " + std::to_string(static_cast<unsigned>(kind)) +
         ")";
}

}  // namespace

KeySetId draw_key_set_id() {
  KeySetId id;
  base::random_bytes(id.bytes);
  return id;
}

const char* to_string(ObjectKind kind) noexcept {
  switch (kind) {
    case ObjectKind::kParameters:
      return "parameter set";
    case ObjectKind::kSeededCiphertext:
      return "fresh ciphertext";
    case ObjectKind::kCiphertext:
      return "ciphertext";
    case ObjectKind::kRelinearizationKey:
      return "relinearization key";
    case ObjectKind::kGaloisKey:
      return "Galois key";
    case ObjectKind::kOwnerKey:
      return "owner's key";
    case ObjectKind::kTransform:
      return "feature transform";
    case ObjectKind::kToSparseKey:
      return "key to the sparse secret";
    case ObjectKind::kFromSparseKey:
      return "key from the sparse secret";
  }
  return "unknown object";
}

std::string short_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(8, bytes.size()))) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

base::Result<Header> parse_header(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kHeaderBytes) {
    return Error(ErrorCode::kMalformed, "a blindfit file has at least a header of " +
                                            std::to_string(kHeaderBytes) +
                                            " bytes: " + std::to_string(bytes.size()));
  }
  ByteReader reader(bytes);
  const std::span<const std::uint8_t> magic = reader.bytes(kMagic.size());
  if (!std::equal(magic.begin(), magic.end(), kMagic.begin())) {
    return Error(ErrorCode::kMalformed,
                 "a blindfit file starts with the eight letters BLINDFIT; this one starts with "
                 "the bytes " +
                     short_hex(magic));
  }
  const auto version = reader.number<std::uint16_t>();
  if (version != kFormatVersion) {
    return Error(ErrorCode::kForeign,
                 "this program reads format version " + std::to_string(kFormatVersion) +
                     " (use the release that wrote the file): " + std::to_string(version));
  }
  Header header;
  header.kind = static_cast<ObjectKind>(reader.number<std::uint16_t>());
  const auto flags = reader.number<std::uint32_t>();
  if (flags != 0) {
    return Error(ErrorCode::kMalformed,
                 "the reserved flags are zero in this format version: " + std::to_string(flags));
  }
  reader.fill(header.identity.fingerprint);
  reader.fill(header.identity.key_set.bytes);
  reader.fill(header.identity.role.plan);
  header.identity.role.kind = static_cast<RoleKind>(reader.number<std::uint32_t>());
  header.identity.role.index = reader.number<std::uint32_t>();
  header.payload_bytes = reader.number<std::uint64_t>();
  return header;
}

base::Result<OpenObject> open_object(std::span<const std::uint8_t> bytes, ObjectKind expected,
                                     const Limits& limits) {
  if (bytes.size() > limits.max_bytes) {
    return Error(ErrorCode::kTooLarge, "a file may have at most " +
                                           std::to_string(limits.max_bytes) +
                                           " bytes here (damaged, or not the file that was "
                                           "meant?): " +
                                           std::to_string(bytes.size()));
  }
  const base::Result<Header> header = parse_header(bytes);
  if (!header) {
    return header.error();
  }
  constexpr std::uint64_t kFrame = kHeaderBytes + kChecksumBytes;
  const std::uint64_t declared = header->payload_bytes;
  if (bytes.size() < kFrame || declared != bytes.size() - kFrame) {
    return Error(ErrorCode::kMalformed, "a file is exactly as long as its header says: header " +
                                            std::to_string(declared) + " + " +
                                            std::to_string(kFrame) + ", file " +
                                            std::to_string(bytes.size()));
  }
  const base::Digest digest = base::blake2b(bytes.first(bytes.size() - kChecksumBytes));
  if (!std::equal(digest.begin(), digest.end(), bytes.end() - kChecksumBytes)) {
    return Error(ErrorCode::kCorrupt,
                 "the checksum does not match the contents (damaged: copy or make it again): " +
                     short_hex(bytes.last(kChecksumBytes)) + " stored, " + short_hex(digest) +
                     " computed");
  }
  if (header->kind != expected) {
    return Error(ErrorCode::kForeign, "expected a " + describe(expected) +
                                          " (files swapped or renamed?), found a " +
                                          describe(header->kind));
  }
  return OpenObject{*header, bytes.subspan(kHeaderBytes, declared)};
}

base::Status check_identity(const Header& header, const Identity& expected) {
  if (header.identity.fingerprint != expected.fingerprint) {
    return Error(ErrorCode::kForeign,
                 std::string(to_string(header.kind)) +
                     " of other parameters (use the plan it was made with): fingerprint " +
                     short_hex(header.identity.fingerprint) + ", expected " +
                     short_hex(expected.fingerprint));
  }
  if (header.identity.key_set != expected.key_set) {
    return Error(ErrorCode::kForeign, std::string(to_string(header.kind)) +
                                          " of another key set (use the files of one keygen): " +
                                          short_hex(header.identity.key_set.bytes) + ", expected " +
                                          short_hex(expected.key_set.bytes));
  }
  const Role& found = header.identity.role;
  if (found.plan != expected.role.plan) {
    return Error(ErrorCode::kForeign,
                 std::string(to_string(header.kind)) +
                     " of another plan or query (use the files of one encryption): " +
                     short_hex(found.plan) + ", expected " + short_hex(expected.role.plan));
  }
  if (found != expected.role) {
    return Error(ErrorCode::kForeign,
                 "expected " + to_string(expected.role) +
                     " (files swapped or renamed? keep the names that they were made under), "
                     "found " +
                     to_string(found));
  }
  return base::kDone;
}

ObjectWriter::ObjectWriter(ObjectKind kind, const Identity& identity, std::uint64_t payload_bytes)
    : payload_bytes_(payload_bytes), writer_(kHeaderBytes + payload_bytes + kChecksumBytes) {
  writer_.bytes({reinterpret_cast<const std::uint8_t*>(kMagic.data()), kMagic.size()});
  writer_.number(kFormatVersion);
  writer_.number(static_cast<std::uint16_t>(kind));
  writer_.number(std::uint32_t{0});
  writer_.bytes(identity.fingerprint);
  writer_.bytes(identity.key_set.bytes);
  writer_.bytes(identity.role.plan);
  writer_.number(static_cast<std::uint32_t>(identity.role.kind));
  writer_.number(identity.role.index);
  writer_.number(payload_bytes);
}

std::vector<std::uint8_t> ObjectWriter::seal() && {
  const std::size_t expected = kHeaderBytes + payload_bytes_;
  if (writer_.written().size() != expected) {
    throw Error(ErrorCode::kInvalidArgument, "an object is sealed at its declared length " +
                                                 std::to_string(expected) + ": " +
                                                 std::to_string(writer_.written().size()));
  }
  const base::Digest digest = base::blake2b(writer_.written());
  writer_.bytes(digest);
  return std::move(writer_).take();
}

}  // namespace blindfit::wire
