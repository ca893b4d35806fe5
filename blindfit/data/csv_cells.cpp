// SPDX-License-Identifier: Apache-2.0
#include "blindfit/data/csv_cells.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace blindfit::data {
namespace {

std::string_view unquote(std::string_view cell) {
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') {
    return trim(cell.substr(1, cell.size() - 2));
  }
  return cell;
}

}  // namespace

std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

std::optional<std::string_view> LineReader::next() {
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
    if (!trim(line).empty()) {
      return line;
    }
  }
  return std::nullopt;
}

CellReader::CellReader(std::string_view line, char delimiter)
    : rest_(delimiter == ' ' ? trim(line) : line), delimiter_(delimiter) {}

std::optional<std::string_view> CellReader::next() {
  if (done_) {
    return std::nullopt;
  }
  const std::size_t end = rest_.find(delimiter_);
  const std::string_view cell = rest_.substr(0, end);
  if (end == std::string_view::npos) {
    done_ = true;
  } else {
    rest_.remove_prefix(end + 1);
    if (delimiter_ == ' ') {
      rest_ = trim(rest_);
    }
  }
  return unquote(trim(cell));
}

CellKind parse_number(std::string_view cell, double& value) {
  if (cell.empty()) {
    return CellKind::kEmpty;
  }
  if (cell.size() > 1 && cell[0] == '+' && cell[1] != '-') {
    cell.remove_prefix(1);  // from_chars knows no plus sign
  }
  const char* const end = cell.data() + cell.size();
  double parsed = 0.0;
  const auto result = std::from_chars(cell.data(), end, parsed);
  if (result.ptr != end || result.ec == std::errc::invalid_argument) {
    return CellKind::kText;
  }
  if (result.ec == std::errc::result_out_of_range || !std::isfinite(parsed)) {
    return CellKind::kNotFinite;
  }
  value = parsed;
  return CellKind::kFinite;
}

}  // namespace blindfit::data
