// SPDX-License-Identifier: Apache-2.0
// Queries as they are and under a checksum that fits; what is accepted must come back the same.
#include <nlohmann/json.hpp>

#include "blindfit/wire/checked_json.h"
#include "blindfit/wire/json_file.h"
#include "blindfit/wire/query_file.h"
#include "fuzz/small_ring.h"

using namespace blindfit;

namespace {

void require_round_trip(std::string_view text) {
  const auto query = wire::load_query(text);
  if (query) {
    fuzz::require(wire::load_query(wire::save_query(*query)).value() == *query);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  require_round_trip(text);
  const auto document = wire::parse_json(text);
  if (document && document->is_object()) {
    require_round_trip(wire::save_document({"blindfit query", 1}, *document));
  }
  return 0;
}
