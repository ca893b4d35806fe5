// SPDX-License-Identifier: Apache-2.0
// JSON documents in the common frame, and the limits that every JSON text from outside meets.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "blindfit/wire/header.h"

namespace blindfit::wire {

/// Parses UTF-8 JSON. Errors: kTooLarge above max_json_bytes or max_json_depth; kMalformed with the
/// position, also for repeated keys and numbers outside the range of a double.
base::Result<nlohmann::json> parse_json(std::string_view text, const Limits& limits = {});

/// Keys are written in lexicographic order, numbers so that
/// they read back to the same double. Throws Error{kInvalidArgument} if a number is not finite or a
/// string not UTF-8.
std::vector<std::uint8_t> save_json(ObjectKind kind, const Identity& identity,
                                    const nlohmann::json& document);

struct JsonObject {
  Header header;  ///< callers compare header.identity once they know what it must be
  std::string_view text;
};
/// Checks the frame and the size; `text` points into `bytes`. Errors: as open_object; kTooLarge.
base::Result<JsonObject> load_json(std::span<const std::uint8_t> bytes, ObjectKind kind,
                                   const Limits& limits = {});

}  // namespace blindfit::wire
