// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/json_fields.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace blindfit::wire {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;

/// A value in a message: whole if short.
std::string shown(const json& value) {
  constexpr std::size_t kLongest = 60;
  const std::string text = value.dump(-1, ' ', false, nlohmann::detail::error_handler_t::replace);
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

bool is_unsigned(const json& value, std::uint64_t maximum) {
  return value.is_number_unsigned() && value.get<std::uint64_t>() <= maximum;
}

}  // namespace

JsonFields::JsonFields(const json& object, std::string_view what,
                       std::initializer_list<std::string_view> known)
    : object_(&object), what_(what) {
  if (!object.is_object()) {
    throw Error(ErrorCode::kMalformed, what_ + " must be a JSON object: " + shown(object));
  }
  for (const auto& item : object.items()) {
    if (std::find(known.begin(), known.end(), item.key()) == known.end()) {
      throw Error(ErrorCode::kMalformed,
                  what_ + " has no such field (written by a newer release?): " + item.key());
    }
  }
}

bool JsonFields::has(std::string_view name) const {
  return object_->contains(name);
}

const json& JsonFields::at(std::string_view name) const {
  const auto found = object_->find(name);
  if (found == object_->end()) {
    throw Error(ErrorCode::kMalformed, what_ + " lacks a field: " + std::string(name));
  }
  return *found;
}

std::uint64_t JsonFields::unsigned_integer(std::string_view name, std::uint64_t maximum) const {
  const json& value = at(name);
  if (!is_unsigned(value, maximum)) {
    fail(name, "an integer in [0, " + std::to_string(maximum) + "]");
  }
  return value.get<std::uint64_t>();
}

double JsonFields::number(std::string_view name) const {
  const json& value = at(name);
  if (!value.is_number()) {
    fail(name, "a number");
  }
  return value.get<double>();
}

bool JsonFields::boolean(std::string_view name) const {
  const json& value = at(name);
  if (!value.is_boolean()) {
    fail(name, "true or false");
  }
  return value.get<bool>();
}

std::string JsonFields::text(std::string_view name) const {
  const json& value = at(name);
  if (!value.is_string()) {
    fail(name, "a string");
  }
  return value.get<std::string>();
}

base::Seed JsonFields::seed(std::string_view name) const {
  base::Seed seed{};
  const std::string digits = text(name);
  if (digits.size() != 2 * seed.size() ||
      digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    fail(name, "64 digits of lower-case hexadecimal");
  }
  for (std::size_t i = 0; i < seed.size(); ++i) {
    seed[i] = static_cast<std::uint8_t>(std::stoul(digits.substr(2 * i, 2), nullptr, 16));
  }
  return seed;
}

std::vector<std::string> JsonFields::texts(std::string_view name) const {
  const json& values = at(name);
  if (!values.is_array() ||
      !std::all_of(values.begin(), values.end(), [](const json& v) { return v.is_string(); })) {
    fail(name, "an array of texts");
  }
  return values.get<std::vector<std::string>>();
}

std::vector<double> JsonFields::numbers(std::string_view name) const {
  const json& values = at(name);
  if (!values.is_array() ||
      !std::all_of(values.begin(), values.end(), [](const json& v) { return v.is_number(); })) {
    fail(name, "an array of numbers");
  }
  return values.get<std::vector<double>>();
}

std::vector<unsigned> JsonFields::unsigned_integers(std::string_view name, unsigned maximum) const {
  const json& values = at(name);
  if (!values.is_array() || !std::all_of(values.begin(), values.end(), [maximum](const json& v) {
        return is_unsigned(v, maximum);
      })) {
    fail(name, "an array of integers in [0, " + std::to_string(maximum) + "]");
  }
  return values.get<std::vector<unsigned>>();
}

void JsonFields::fail(std::string_view name, std::string_view rule) const {
  throw Error(ErrorCode::kMalformed, what_ + "." + std::string(name) + " must be " +
                                         std::string(rule) + ": " + shown(at(name)));
}

}  // namespace blindfit::wire
