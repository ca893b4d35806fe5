// SPDX-License-Identifier: Apache-2.0
// NumPy archives; what is accepted must survive being written and read again.
#include "blindfit/data/npy.h"
#include "blindfit/data/npz.h"

using namespace blindfit;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  data::Limits limits;
  limits.bytes = 1 << 20;
  const auto members = data::parse_npz({data, size}, "fuzz", limits);
  if (!members) {
    return 0;
  }
  for (const auto& [name, bytes] : *members) {
    (void)data::parse_npy(bytes, name, limits);
  }
  const data::Bytes again = data::make_npz(*members);
  if (data::parse_npz(again, "fuzz", limits).value() != *members) {
    __builtin_trap();
  }
  return 0;
}
