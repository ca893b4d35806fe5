// SPDX-License-Identifier: Apache-2.0
// Strict access to the fields of a JSON object: every field is named in messages, nothing is
// ignored.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "blindfit/base/csprng.h"
#include "blindfit/base/error.h"

namespace blindfit::wire {

/// A view of one JSON object for code that turns it into a struct. Every member throws
/// Error{kMalformed} that names the field; the caller's load function turns that into a Result.
class JsonFields {
 public:
  /// `what` names the object in messages, e.g. "parameters". Throws unless `object` is an object
  /// whose keys are all in `known`.
  JsonFields(const nlohmann::json& object, std::string_view what,
             std::initializer_list<std::string_view> known);

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] const nlohmann::json& at(std::string_view name) const;
  [[nodiscard]] std::uint64_t unsigned_integer(std::string_view name, std::uint64_t maximum) const;
  /// Finite by construction: JSON has no other numbers.
  [[nodiscard]] double number(std::string_view name) const;
  [[nodiscard]] bool boolean(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name) const;
  /// From 64 digits of lower-case hexadecimal.
  [[nodiscard]] base::Seed seed(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  [[nodiscard]] std::vector<double> numbers(std::string_view name) const;
  [[nodiscard]] std::vector<unsigned> unsigned_integers(std::string_view name,
                                                        unsigned maximum) const;

  /// Throws Error{kMalformed}: "<what>.<name> must be <rule>: <value>".
  [[noreturn]] void fail(std::string_view name, std::string_view rule) const;

 private:
  const nlohmann::json* object_;
  std::string what_;
};

}  // namespace blindfit::wire
