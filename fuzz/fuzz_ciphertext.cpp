// SPDX-License-Identifier: Apache-2.0
// Ciphertexts, fresh or not as the first byte says; what is accepted must be written back as it
// was.
#include "blindfit/wire/ciphertext_file.h"
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
    const auto bytes = fuzz::framed(wire::ObjectKind::kSeededCiphertext, payload);
    const auto ct = wire::load_seeded_ciphertext(bytes, small_parameters(), key_set());
    fuzz::require(!ct || wire::save_seeded_ciphertext(small_parameters(), key_set(), *ct) == bytes);
  } else {
    const auto bytes = fuzz::framed(wire::ObjectKind::kCiphertext, payload);
    const auto ct = wire::load_ciphertext(bytes, small_parameters(), key_set());
    fuzz::require(!ct || wire::save_ciphertext(small_parameters(), key_set(), *ct) == bytes);
  }
  return 0;
}
