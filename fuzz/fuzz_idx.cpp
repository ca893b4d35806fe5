// SPDX-License-Identifier: Apache-2.0
// IDX arrays and the gzip streams they come in.
#include "blindfit/data/file_bytes.h"
#include "blindfit/data/idx.h"

using namespace blindfit;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  data::Limits limits;
  limits.bytes = 1 << 20;
  limits.distinct_labels = 1;
  const std::span<const std::uint8_t> bytes(data, size);
  (void)data::parse_idx_matrix(bytes, "fuzz", limits);
  (void)data::parse_idx_labels(bytes, "fuzz", limits);
  const auto unpacked = data::gunzip(bytes, "fuzz", limits.bytes);
  if (unpacked) {
    if (unpacked->size() > static_cast<std::size_t>(limits.bytes)) {
      __builtin_trap();
    }
    (void)data::parse_idx_matrix(*unpacked, "fuzz", limits);
  }
  return 0;
}
