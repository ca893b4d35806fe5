// SPDX-License-Identifier: Apache-2.0
// Evaluation keys, of either kind as the first byte says; what is accepted must be written back as
// it was.
#include "blindfit/wire/switching_key_file.h"
#include "fuzz/small_ring.h"

using namespace blindfit;
using fuzz::key_set;
using fuzz::small_parameters;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const fuzz::ByteView payload(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    const auto bytes = fuzz::framed(wire::ObjectKind::kRelinearizationKey, payload);
    const auto key = wire::load_plain_key(wire::PlainKey::kRelinearization, bytes,
                                          small_parameters(), key_set());
    fuzz::require(!key || wire::save_plain_key(wire::PlainKey::kRelinearization, small_parameters(),
                                               key_set(), *key) == bytes);
  } else {
    const auto bytes = fuzz::framed(wire::ObjectKind::kGaloisKey, payload);
    const auto key = wire::load_galois_key(bytes, small_parameters(), key_set());
    fuzz::require(!key || wire::save_galois_key(small_parameters(), key_set(), *key) == bytes);
  }
  return 0;
}
