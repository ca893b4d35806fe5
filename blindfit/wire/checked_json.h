// SPDX-License-Identifier: Apache-2.0
// JSON files without a frame, because people read them: format, version and checksum are fields.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "blindfit/base/csprng.h"
#include "blindfit/base/error.h"
#include "blindfit/wire/limits.h"

namespace blindfit::wire {

/// What a kind of document says of itself.
struct DocumentKind {
  std::string_view format;  ///< e.g. "blindfit refresh"
  std::uint64_t version = 1;
};

/// BLAKE2b of the document without white space, keys in order: names its contents.
base::Digest document_digest(const nlohmann::json& document);

/// All bytes as lower-case hexadecimal.
std::string hexadecimal(std::span<const std::uint8_t> bytes);

/// The text of `document` with `format`, `version` and `checksum` added.
std::string save_document(const DocumentKind& kind, nlohmann::json document);

/// The document with these three fields, which were right. Errors: as parse_json; kForeign for
/// another format or version; kCorrupt for another checksum.
base::Result<nlohmann::json> load_document(const DocumentKind& kind, std::string_view text,
                                           const Limits& limits = {});

}  // namespace blindfit::wire
