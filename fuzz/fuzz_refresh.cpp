// SPDX-License-Identifier: Apache-2.0
// Refresh jobs under a checksum that fits; what is accepted must come back the same.
#include <nlohmann/json.hpp>

#include "blindfit/wire/checked_json.h"
#include "blindfit/wire/json_file.h"
#include "blindfit/wire/refresh_file.h"
#include "fuzz/small_ring.h"

using namespace blindfit;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)wire::load_refresh_job(text);
  const auto document = wire::parse_json(text);
  if (!document || !document->is_object()) {
    return 0;
  }
  const auto job = wire::load_refresh_job(wire::save_document({"blindfit refresh", 1}, *document));
  if (job) {
    fuzz::require(wire::load_refresh_job(wire::save_refresh_job(*job)).value() == *job);
  }
  return 0;
}
