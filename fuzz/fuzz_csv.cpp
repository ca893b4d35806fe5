// SPDX-License-Identifier: Apache-2.0
// Tables as text. The first byte chooses the options.
#include <string_view>

#include "blindfit/data/csv.h"

using namespace blindfit;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  data::CsvOptions options;
  options.limits.bytes = 1 << 20;
  options.limits.distinct_labels = 1;
  options.header = static_cast<data::CsvHeader>(data[0] % 3);
  if (data[0] & 4) {
    options.label = data::NoLabel{};
  } else if (data[0] & 8) {
    options.label = -1;
  } else if (data[0] & 16) {
    options.label = std::string("label");
  }
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto dataset = data::parse_csv(text, "fuzz", options);
  if (dataset && !dataset->features.allFinite()) {
    __builtin_trap();
  }
  return 0;
}
