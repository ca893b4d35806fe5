// SPDX-License-Identifier: Apache-2.0
// Text tables taken apart: lines, cells and numbers, without copying.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace blindfit::data {

/// Removes spaces, tabs and carriage returns at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Walks over the lines that are not blank and counts all of them.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) {}

  /// Returns the next line without its end, or nothing after the last.
  std::optional<std::string_view> next();
  /// The number, from 1, of the line that next() returned.
  [[nodiscard]] std::int64_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::int64_t number_ = 0;
};

/// Walks over the cells of one line, trimmed and without double quotes. Spaces as delimiter count
/// once however many there are.
class CellReader {
 public:
  CellReader(std::string_view line, char delimiter);

  std::optional<std::string_view> next();

 private:
  std::string_view rest_;
  char delimiter_;
  bool done_ = false;
};

enum class CellKind { kFinite, kEmpty, kNotFinite, kText };

/// Parses a decimal number with a point; sets `value` for kFinite only. kNotFinite: nan, inf, and
/// magnitudes outside the range of a double.
CellKind parse_number(std::string_view cell, double& value);

}  // namespace blindfit::data
