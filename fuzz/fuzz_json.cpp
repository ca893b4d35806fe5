// SPDX-License-Identifier: Apache-2.0
// JSON documents: parameters and feature transforms; what is accepted must come back the same.
#include <nlohmann/json.hpp>

#include "blindfit/wire/json_file.h"
#include "blindfit/wire/parameters_file.h"
#include "blindfit/wire/transform_file.h"
#include "fuzz/small_ring.h"

using namespace blindfit;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = wire::parse_json({reinterpret_cast<const char*>(data), size});
  if (!document) {
    return 0;
  }
  fuzz::require(wire::parse_json(document->dump()).value() == *document);
  if (const auto literal = wire::parameters_literal_from_json(*document)) {
    const auto again = wire::parameters_literal_from_json(wire::to_json(*literal));
    fuzz::require(again.value() == *literal);
  }
  if (const auto transform = wire::transform_from_json(*document)) {
    const auto again = wire::load_transform(wire::save_transform({}, *transform), {});
    fuzz::require(again.value().projection == transform->projection);
    fuzz::require(again.value().mean == transform->mean);
  }
  return 0;
}
