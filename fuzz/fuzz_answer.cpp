// SPDX-License-Identifier: Apache-2.0
// Answers as they are and under a checksum that fits; what is accepted must come back the same.
#include <nlohmann/json.hpp>

#include "blindfit/wire/answer_file.h"
#include "blindfit/wire/checked_json.h"
#include "blindfit/wire/json_file.h"
#include "fuzz/small_ring.h"

using namespace blindfit;

namespace {

void require_round_trip(std::string_view text) {
  const auto answer = wire::load_answer(text);
  if (answer) {
    fuzz::require(wire::load_answer(wire::save_answer(*answer)).value() == *answer);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  require_round_trip(text);
  const auto document = wire::parse_json(text);
  if (document && document->is_object()) {
    require_round_trip(wire::save_document({"blindfit answer", 1}, *document));
  }
  return 0;
}
