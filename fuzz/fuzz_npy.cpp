// SPDX-License-Identifier: Apache-2.0
// NumPy arrays, as features and as labels.
#include "blindfit/data/npy.h"

using namespace blindfit;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  data::Limits limits;
  limits.bytes = 1 << 20;
  (void)data::parse_npy_texts({data, size}, "fuzz");
  const auto array = data::parse_npy({data, size}, "fuzz", limits);
  if (array) {
    const auto matrix = data::to_matrix(*array, "fuzz");
    if (matrix && !matrix->allFinite()) {
      __builtin_trap();
    }
    (void)data::to_labels(*array, "fuzz");
  }
  return 0;
}
