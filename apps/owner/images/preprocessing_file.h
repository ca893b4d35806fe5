// SPDX-License-Identifier: Apache-2.0
// Preprocessing by name or as JSON: what --preprocess takes and what is stored beside features.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "blindfit/images/preprocessing.h"

namespace blindfit::features {

/// {"channels": "RGB" | "BGR", "scale": s, "mean": [3], "std": [3], "fit": "crop" | "stretch"}
nlohmann::json to_json(const images::Preprocessing& preprocessing);

/// Reads that; every entry may be missing and has the value of "none" then. Throws
/// Error{kInvalidArgument} for other entries, kinds or values; `source` names the file.
images::Preprocessing preprocessing_from_json(const nlohmann::json& document,
                                              const std::string& source);

/// A name of images::named_preprocessing, or a file whose name ends in .json. Throws
/// Error{kInvalidArgument}, kIo.
images::Preprocessing find_preprocessing(const std::string& name_or_file);

/// A small JSON file of the user's. Throws Error{kIo}; kInvalidArgument for what is no JSON object.
nlohmann::json read_json_object(const std::string& path);

}  // namespace blindfit::features
