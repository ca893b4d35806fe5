// SPDX-License-Identifier: Apache-2.0
// The common frame: any bytes, and the same bytes under a fresh checksum and length.
#include <algorithm>

#include "blindfit/testing/damaged_bytes.h"
#include "blindfit/wire/header.h"

using namespace blindfit;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  (void)wire::parse_header(bytes);
  (void)wire::open_object(bytes, wire::ObjectKind::kTransform, {});
  if (size >= wire::kHeaderBytes + wire::kChecksumBytes) {
    const auto forged = testing::with_fresh_checksum(testing::Bytes(bytes.begin(), bytes.end()));
    for (const auto kind : {wire::ObjectKind::kTransform, wire::ObjectKind::kCiphertext}) {
      const auto object = wire::open_object(forged, kind, {});
      if (object && object->payload.size() != size - wire::kHeaderBytes - wire::kChecksumBytes) {
        __builtin_trap();
      }
    }
  }
  return 0;
}
