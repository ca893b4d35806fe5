// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/checked_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "blindfit/wire/json_file.h"

namespace blindfit::wire {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;

constexpr const char* kChecksum = "checksum";

std::string checksum_of(json document) {
  document.erase(kChecksum);
  return hexadecimal(document_digest(document));
}

}  // namespace

base::Digest document_digest(const json& document) {
  const std::string text = document.dump();
  return base::blake2b({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string hexadecimal(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::string save_document(const DocumentKind& kind, json document) {
  document["format"] = kind.format;
  document["version"] = kind.version;
  document[kChecksum] = checksum_of(document);
  return document.dump(2) + "\n";
}

base::Result<json> load_document(const DocumentKind& kind, std::string_view text,
                                 const Limits& limits) {
  base::Result<json> parsed = parse_json(text, limits);
  if (!parsed) {
    return parsed;
  }
  const json& root = *parsed;
  const std::string format(kind.format);
  if (!root.is_object() || root.value("format", json()) != json(format)) {
    return Error(ErrorCode::kForeign,
                 "the file must say \"format\": \"" + format + "\"; give the one that says so");
  }
  if (root.value("version", json()) != json(kind.version)) {
    return Error(ErrorCode::kForeign,
                 "this program reads version " + std::to_string(kind.version) + " of \"" + format +
                     "\" (use the release that wrote it): " + root.value("version", json()).dump());
  }
  if (root.value(kChecksum, json()) != json(checksum_of(root))) {
    return Error(ErrorCode::kCorrupt,
                 "the checksum does not fit the contents (damaged or edited: make the file again)");
  }
  return parsed;
}

}  // namespace blindfit::wire
