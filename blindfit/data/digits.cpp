// SPDX-License-Identifier: Apache-2.0
#include "blindfit/data/digits.h"

#include <cstdint>
#include <span>
#include <string_view>

#include "blindfit/data/csv.h"
#include "blindfit/data/file_bytes.h"

namespace blindfit::data {

// digits.csv.gz, made into an array by CMake (see CMakeLists.txt).
extern const std::span<const std::uint8_t> kDigitsFile;

Dataset embedded_digits() {
  constexpr std::int64_t kUnpackedLimit = std::int64_t{1} << 20;
  const Bytes text = gunzip(kDigitsFile, "embedded digits", kUnpackedLimit).value();
  CsvOptions options;
  options.header = CsvHeader::kAbsent;
  options.label = -1;
  return parse_csv(std::string_view(reinterpret_cast<const char*>(text.data()), text.size()),
                   "embedded digits", options)
      .value();
}

}  // namespace blindfit::data
