// SPDX-License-Identifier: Apache-2.0
// Little-endian fields in a row, written and read by their position only.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace blindfit::wire {

static_assert(std::endian::native == std::endian::little, "files are little endian");

/// Appends fields to a byte vector. Reserve first: nothing is copied twice then.
class ByteWriter {
 public:
  explicit ByteWriter(std::size_t expected_bytes) { bytes_.reserve(expected_bytes); }

  template <typename T>
  requires(std::unsigned_integral<T> || std::same_as<T, double>) void number(T value) {
    std::memcpy(extend(sizeof(T)).data(), &value, sizeof(T));
  }
  void bytes(std::span<const std::uint8_t> source) {
    if (!source.empty()) {
      std::memcpy(extend(source.size()).data(), source.data(), source.size());
    }
  }
  /// Appends `count` zero bytes and returns them; valid until the next append.
  std::span<std::uint8_t> extend(std::size_t count) {
    bytes_.resize(bytes_.size() + count);
    return std::span<std::uint8_t>(bytes_).last(count);
  }

  [[nodiscard]] std::span<const std::uint8_t> written() const noexcept { return bytes_; }
  [[nodiscard]] std::vector<std::uint8_t> take() && { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Reads fields from bytes that it does not own. Reading past the end yields zeros (or an empty
/// span) and sets failed() for good, so that a reader checks once after a group of fields.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  template <typename T>
  requires(std::unsigned_integral<T> || std::same_as<T, double>) T number() {
    T value{};
    const std::span<const std::uint8_t> source = bytes(sizeof(T));
    if (!source.empty()) {
      std::memcpy(&value, source.data(), sizeof(T));
    }
    return value;
  }
  std::span<const std::uint8_t> bytes(std::size_t count) {
    if (count > rest_.size()) {
      failed_ = true;
      return {};
    }
    const std::span<const std::uint8_t> result = rest_.first(count);
    rest_ = rest_.subspan(count);
    return result;
  }
  /// Copies into a fixed-size array.
  template <typename Array>
  void fill(Array& out) {
    const std::span<const std::uint8_t> source = bytes(out.size());
    if (!source.empty()) {
      std::memcpy(out.data(), source.data(), out.size());
    }
  }

  [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  std::span<const std::uint8_t> rest_;
  bool failed_ = false;
};

}  // namespace blindfit::wire
