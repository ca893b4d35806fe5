// SPDX-License-Identifier: Apache-2.0
// Feature transforms as JSON in the common frame. They describe the owner's data: owner's files
// only.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "blindfit/data/transform.h"
#include "blindfit/wire/header.h"

namespace blindfit::wire {

/// {"kind": "none" | "centre" | "standardise" | "whiten", "inputs": d} and what the kind uses of
/// "mean": [d], "scale": [d], "projection": [[d], ...].
nlohmann::json to_json(const data::FeatureTransform& transform);
/// Doubles come back exactly. Errors: kMalformed, also if the fields do not fit the kind or each
/// other (data::conforming).
base::Result<data::FeatureTransform> transform_from_json(const nlohmann::json& object);

/// `identity`: parameters and key set of the training that uses it. Throws Error{kInvalidArgument}
/// if a value is not finite.
std::vector<std::uint8_t> save_transform(const Identity& identity,
                                         const data::FeatureTransform& transform);
/// Errors: as open_object and check_identity; kMalformed; kTooLarge.
base::Result<data::FeatureTransform> load_transform(std::span<const std::uint8_t> bytes,
                                                    const Identity& identity,
                                                    const Limits& limits = {});

}  // namespace blindfit::wire
