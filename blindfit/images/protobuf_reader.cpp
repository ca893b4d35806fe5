// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/protobuf_reader.h"

namespace blindfit::images {
namespace {

// Wire types.
constexpr std::uint64_t kVarint = 0;
constexpr std::uint64_t kFixed64 = 1;
constexpr std::uint64_t kLengthDelimited = 2;
constexpr std::uint64_t kFixed32 = 5;

constexpr unsigned kMaxVarintBits = 64;
constexpr std::uint64_t kMaxFieldNumber = (std::uint64_t{1} << 29) - 1;

void append_varint(Bytes& message, std::uint64_t value) {
  while (value >= 0x80) {
    message.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  message.push_back(static_cast<std::uint8_t>(value));
}

}  // namespace

bool ProtobufReader::take_varint(std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < kMaxVarintBits && !rest_.empty(); shift += 7) {
    const std::uint8_t byte = rest_[0];
    rest_ = rest_.subspan(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) {
      return true;
    }
  }
  return false;
}

bool ProtobufReader::take_field(ProtobufField& field) {
  std::uint64_t tag = 0;
  if (!take_varint(tag) || tag >> 3 == 0 || tag >> 3 > kMaxFieldNumber) {
    return false;
  }
  field.number = static_cast<std::uint32_t>(tag >> 3);
  const std::uint64_t type = tag & 7;
  field.is_bytes = type == kLengthDelimited;
  field.bytes = {};
  if (type == kVarint) {
    return take_varint(field.value);
  }
  std::uint64_t length = type == kFixed64 ? 8 : 4;
  if (type == kLengthDelimited) {
    if (!take_varint(length)) {
      return false;
    }
  } else if (type != kFixed64 && type != kFixed32) {
    return false;
  }
  if (length > rest_.size()) {
    return false;
  }
  const auto payload = rest_.first(static_cast<std::size_t>(length));
  rest_ = rest_.subspan(payload.size());
  field.value = 0;
  if (field.is_bytes) {
    field.bytes = payload;
    return true;
  }
  for (std::size_t i = payload.size(); i-- > 0;) {
    field.value = (field.value << 8) | payload[i];
  }
  return true;
}

bool ProtobufReader::next(ProtobufField& field) {
  if (failed_ || rest_.empty()) {
    return false;
  }
  const auto before = rest_;
  if (!take_field(field)) {
    failed_ = true;
    return false;
  }
  field.whole = before.first(before.size() - rest_.size());
  return true;
}

bool ProtobufReader::next_packed(std::uint64_t& value) {
  if (failed_ || rest_.empty()) {
    return false;
  }
  failed_ = !take_varint(value);
  return !failed_;
}

void append_number(Bytes& message, std::uint32_t number, std::uint64_t value) {
  append_varint(message, std::uint64_t{number} << 3 | kVarint);
  append_varint(message, value);
}

void append_bytes(Bytes& message, std::uint32_t number, std::span<const std::uint8_t> bytes) {
  append_varint(message, std::uint64_t{number} << 3 | kLengthDelimited);
  append_varint(message, bytes.size());
  message.insert(message.end(), bytes.begin(), bytes.end());
}

void append_text(Bytes& message, std::uint32_t number, std::string_view text) {
  append_bytes(message, number, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace blindfit::images
