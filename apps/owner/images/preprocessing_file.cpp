// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/images/preprocessing_file.h"

#include <fmt/core.h>

#include <span>

#include "apps/program/exit_code.h"
#include "blindfit/wire/json_file.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::features {
namespace {

using base::Error;
using base::ErrorCode;
using images::Channels;
using images::Fit;
using nlohmann::json;

Error unfit(const std::string& source, const std::string& rule, const json& seen) {
  return {ErrorCode::kInvalidArgument, fmt::format("{}: {}: {}", source, rule, seen.dump())};
}

std::array<double, 3> three_numbers(const json& value, const std::string& key,
                                    const std::string& source) {
  const bool fits = value.is_array() && value.size() == 3 && value[0].is_number() &&
                    value[1].is_number() && value[2].is_number();
  if (!fits) {
    throw unfit(source, fmt::format("'{}' must be three numbers", key), value);
  }
  return {value[0].get<double>(), value[1].get<double>(), value[2].get<double>()};
}

/// Whether `value` is the second of the two words that `key` may have.
bool is_second(const json& value, const char* key, const char* first, const char* second,
               const std::string& source) {
  if (value != first && value != second) {
    throw unfit(source, fmt::format("'{}' must be \"{}\" or \"{}\"", key, first, second), value);
  }
  return value == second;
}

void set_entry(images::Preprocessing& out, const std::string& key, const json& value,
               const std::string& source) {
  if (key == "channels") {
    out.channels =
        is_second(value, "channels", "RGB", "BGR", source) ? Channels::kBgr : Channels::kRgb;
  } else if (key == "fit") {
    out.fit = is_second(value, "fit", "crop", "stretch", source) ? Fit::kStretch : Fit::kCrop;
  } else if (key == "mean") {
    out.mean = three_numbers(value, key, source);
  } else if (key == "std") {
    out.deviation = three_numbers(value, key, source);
  } else if (key == "scale" && value.is_number()) {
    out.scale = value.get<double>();
  } else {
    throw unfit(source, "an entry must be channels, scale (a number), mean, std or fit", key);
  }
}

}  // namespace

json to_json(const images::Preprocessing& preprocessing) {
  return {{"channels", preprocessing.channels == Channels::kRgb ? "RGB" : "BGR"},
          {"scale", preprocessing.scale},
          {"mean", preprocessing.mean},
          {"std", preprocessing.deviation},
          {"fit", preprocessing.fit == Fit::kCrop ? "crop" : "stretch"}};
}

images::Preprocessing preprocessing_from_json(const json& document, const std::string& source) {
  images::Preprocessing preprocessing;
  if (!document.is_object()) {
    throw unfit(source, "preprocessing must be a JSON object", document.type_name());
  }
  for (const auto& [key, value] : document.items()) {
    set_entry(preprocessing, key, value, source);
  }
  program::throw_on_error(images::check(preprocessing, source));
  return preprocessing;
}

json read_json_object(const std::string& path) {
  auto document = wire::load_file(path, wire::Limits{}, [](std::span<const std::uint8_t> bytes) {
    return wire::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  });
  if (!document) {
    const ErrorCode code = document.error().code();
    throw Error(code == ErrorCode::kIo ? code : ErrorCode::kInvalidArgument,
                document.error().what());
  }
  if (!document->is_object()) {
    throw unfit(path, "the file must hold a JSON object", document->type_name());
  }
  return std::move(document).value();
}

images::Preprocessing find_preprocessing(const std::string& name_or_file) {
  if (name_or_file.ends_with(".json")) {
    return preprocessing_from_json(read_json_object(name_or_file), name_or_file);
  }
  return program::value_or_throw(images::named_preprocessing(name_or_file));
}

}  // namespace blindfit::features
