// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/json_file.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

namespace blindfit::wire {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;

/// Refuses depth while parsing, before the tree grows, and repeated keys, which parsers resolve
/// differently.
class StructureGuard {
 public:
  explicit StructureGuard(std::size_t max_depth) : max_depth_(max_depth) {}

  bool operator()(int depth, json::parse_event_t event, json& parsed) {
    using Event = json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      if (static_cast<std::size_t>(depth) >= max_depth_) {
        throw Error(ErrorCode::kTooLarge,
                    "JSON may be nested at most " + std::to_string(max_depth_) + " deep here");
      }
      if (event == Event::object_start) {
        keys_.emplace_back();
      }
    } else if (event == Event::object_end) {
      keys_.pop_back();
    } else if (event == Event::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (!keys_.back().insert(name).second) {
        throw Error(ErrorCode::kMalformed, "a JSON object names every key once: " + name);
      }
    }
    return true;
  }

 private:
  std::size_t max_depth_;
  std::vector<std::set<std::string>> keys_;
};

void require_finite(const json& value) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    throw Error(ErrorCode::kInvalidArgument, "JSON has no infinity and no NaN");
  }
  if (value.is_structured()) {
    for (const json& entry : value) {
      require_finite(entry);
    }
  }
}

}  // namespace

base::Result<json> parse_json(std::string_view text, const Limits& limits) {
  if (text.size() > limits.max_json_bytes) {
    return Error(ErrorCode::kTooLarge, "JSON may have at most " +
                                           std::to_string(limits.max_json_bytes) +
                                           " bytes here: " + std::to_string(text.size()));
  }
  // The parser takes a zero byte for the end of the text and would ignore what follows.
  if (text.find('\0') != std::string_view::npos) {
    return Error(ErrorCode::kMalformed,
                 "JSON may not hold zero bytes; the file is damaged, get it again: position " +
                     std::to_string(text.find('\0')));
  }
  StructureGuard guard(limits.max_json_depth);
  try {
    return json::parse(text, [&guard](int depth, json::parse_event_t event, json& parsed) {
      return guard(depth, event, parsed);
    });
  } catch (const Error& error) {
    return error;
  } catch (const json::exception& error) {
    return Error(ErrorCode::kMalformed, std::string("must be valid JSON: ") + error.what());
  }
}

std::vector<std::uint8_t> save_json(ObjectKind kind, const Identity& identity,
                                    const json& document) {
  require_finite(document);
  std::string text;
  try {
    text = document.dump(1);
  } catch (const json::exception& error) {
    throw Error(ErrorCode::kInvalidArgument,
                std::string("JSON strings are UTF-8: ") + error.what());
  }
  ObjectWriter object(kind, identity, text.size());
  object.payload().bytes({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return std::move(object).seal();
}

base::Result<JsonObject> load_json(std::span<const std::uint8_t> bytes, ObjectKind kind,
                                   const Limits& limits) {
  const base::Result<OpenObject> object = open_object(bytes, kind, limits);
  if (!object) {
    return object.error();
  }
  const std::span<const std::uint8_t> payload = object->payload;
  if (payload.size() > limits.max_json_bytes) {
    return Error(ErrorCode::kTooLarge, "JSON may have at most " +
                                           std::to_string(limits.max_json_bytes) +
                                           " bytes here: " + std::to_string(payload.size()));
  }
  return JsonObject{object->header,
                    {reinterpret_cast<const char*>(payload.data()), payload.size()}};
}

}  // namespace blindfit::wire
