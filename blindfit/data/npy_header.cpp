// SPDX-License-Identifier: Apache-2.0
#include "blindfit/data/npy_header.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace blindfit::data {
namespace {

/// A cursor over the text; every take_ function consumes what it returns and skips the spaces
/// before it.
class HeaderCursor {
 public:
  explicit HeaderCursor(std::string_view text) : rest_(text) {}

  char peek() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n\t\r"), rest_.size()));
    return rest_.empty() ? '\0' : rest_.front();
  }
  bool at_end() { return peek() == '\0' && rest_.empty(); }

  bool take(std::string_view token) {
    peek();
    if (rest_.substr(0, token.size()) != token) {
      return false;
    }
    rest_.remove_prefix(token.size());
    return true;
  }

  std::optional<std::string> take_string() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') {
      return std::nullopt;
    }
    const std::size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::optional<bool> take_bool() {
    if (take("True")) {
      return true;
    }
    return take("False") ? std::optional<bool>(false) : std::nullopt;
  }

  std::optional<std::vector<std::int64_t>> take_tuple() {
    std::vector<std::int64_t> items;
    if (!take("(")) {
      return std::nullopt;
    }
    while (!take(")")) {
      peek();
      std::int64_t item = 0;
      const auto result = std::from_chars(rest_.data(), rest_.data() + rest_.size(), item);
      if (result.ec != std::errc() || item < 0) {
        return std::nullopt;
      }
      rest_.remove_prefix(static_cast<std::size_t>(result.ptr - rest_.data()));
      items.push_back(item);
      if (!take(",") && peek() != ')') {
        return std::nullopt;
      }
    }
    return items;
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::optional<NpyHeader> parse_npy_header(std::string_view text) {
  HeaderCursor cursor(text);
  std::optional<std::string> descr;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::int64_t>> shape;
  if (!cursor.take("{")) {
    return std::nullopt;
  }
  while (!cursor.take("}")) {
    const auto key = cursor.take_string();
    if (!key || !cursor.take(":")) {
      return std::nullopt;
    }
    bool understood = false;
    if (*key == "descr") {
      understood = (descr = cursor.take_string()).has_value();
    } else if (*key == "fortran_order") {
      understood = (fortran_order = cursor.take_bool()).has_value();
    } else if (*key == "shape") {
      understood = (shape = cursor.take_tuple()).has_value();
    }
    if (!understood || (!cursor.take(",") && cursor.peek() != '}')) {
      return std::nullopt;
    }
  }
  if (!cursor.at_end() || !descr || !fortran_order || !shape) {
    return std::nullopt;
  }
  return NpyHeader{*std::move(descr), *fortran_order, *std::move(shape)};
}

}  // namespace blindfit::data
