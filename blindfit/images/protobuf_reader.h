// SPDX-License-Identifier: Apache-2.0
// The wire format of Protocol Buffers, field by field: enough to read what an ONNX file declares.
// Source: protobuf.dev/programming-guides/encoding.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace blindfit::images {

using Bytes = std::vector<std::uint8_t>;

/// One field: a number for varints and fixed widths, bytes for strings and messages.
struct ProtobufField {
  std::uint32_t number = 0;
  bool is_bytes = false;
  std::uint64_t value = 0;
  std::span<const std::uint8_t> bytes;  ///< of the message that is read
  std::span<const std::uint8_t> whole;  ///< the field with its tag

  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

/// Walks over the fields of a message. Never reads beyond it and never allocates.
class ProtobufReader {
 public:
  explicit ProtobufReader(std::span<const std::uint8_t> message) : rest_(message) {}

  /// Moves on to the next field; false at the end, and at the first byte that is no field.
  bool next(ProtobufField& field);
  /// Moves on to the next number of a packed field, which has no tags; false as above.
  bool next_packed(std::uint64_t& value);
  /// True once something was no field: a cut or oversized length, a group, field number 0.
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  bool take_varint(std::uint64_t& value);
  bool take_field(ProtobufField& field);

  std::span<const std::uint8_t> rest_;
  bool failed_ = false;
};

/// Calls visit(field) for every field; false if `message` is malformed or a visit says so.
template <typename Visit>
bool for_each_field(std::span<const std::uint8_t> message, Visit visit) {
  ProtobufReader reader(message);
  ProtobufField field;
  while (reader.next(field)) {
    if (!visit(field)) {
      return false;
    }
  }
  return !reader.failed();
}

/// Append one field to a message in the making.
void append_number(Bytes& message, std::uint32_t number, std::uint64_t value);
void append_bytes(Bytes& message, std::uint32_t number, std::span<const std::uint8_t> bytes);
void append_text(Bytes& message, std::uint32_t number, std::string_view text);

}  // namespace blindfit::images
