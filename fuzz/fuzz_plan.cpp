// SPDX-License-Identifier: Apache-2.0
// Training plans under a checksum that fits; what is accepted must describe itself the same way
// when it is saved and read again.
#include <nlohmann/json.hpp>

#include "blindfit/wire/json_file.h"
#include "blindfit/wire/plan_file.h"
#include "fuzz/small_ring.h"

using namespace blindfit;

namespace {

void set_checksum(nlohmann::json& document) {
  document.erase("checksum");
  const std::string body = document.dump();
  std::string hex;
  for (const unsigned b :
       base::blake2b({reinterpret_cast<const std::uint8_t*>(body.data()), body.size()})) {
    hex += {"0123456789abcdef"[b >> 4U], "0123456789abcdef"[b & 15U]};
  }
  document["checksum"] = hex;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto parsed = wire::parse_json({reinterpret_cast<const char*>(data), size});
  if (!parsed || !parsed->is_object()) {
    return 0;
  }
  nlohmann::json document = std::move(parsed).value();
  // Planning millions of rows is allowed and takes seconds under sanitizers.
  const nlohmann::json rows = document.value("/spec/rows"_json_pointer, nlohmann::json(0));
  if (rows.is_number() && rows.get<double>() > 1e6) {
    return 0;
  }
  set_checksum(document);
  if (const auto file = wire::load_plan(document.dump())) {
    const std::string text = wire::save_plan(file->plan, nlohmann::json::parse(file->owner));
    fuzz::require(wire::save_plan(wire::load_plan(text).value().plan, {}) ==
                  wire::save_plan(file->plan, {}));
  }
  return 0;
}
