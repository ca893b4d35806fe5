// SPDX-License-Identifier: Apache-2.0
// From the text of a checked document to the object that it describes.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "blindfit/wire/checked_json.h"

namespace blindfit::wire {

/// from_json of the document. Errors: as load_document; those that from_json throws.
template <typename FromJson>
auto read_document(const DocumentKind& kind, std::string_view text, const Limits& limits,
                   const FromJson& from_json)
    -> base::Result<decltype(from_json(nlohmann::json()))> {
  const base::Result<nlohmann::json> document = load_document(kind, text, limits);
  if (!document) {
    return document.error();
  }
  try {
    return from_json(*document);
  } catch (const base::Error& error) {
    return error;
  }
}

}  // namespace blindfit::wire
