// SPDX-License-Identifier: Apache-2.0
// The owner's key, with and without a passphrase. The work that a file may ask for is small here,
// so that guesses at it cost little.
#include "blindfit/rlwe/context.h"
#include "blindfit/wire/owner_secret_key_file.h"
#include "fuzz/small_ring.h"

using namespace blindfit;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kContext = rlwe::make_context(fuzz::small_parameters()).value();
  wire::Limits limits;
  limits.max_passphrase_passes = 2;
  limits.max_passphrase_memory = 1 << 14;
  const auto bytes = fuzz::framed(wire::ObjectKind::kOwnerKey, {data, size});
  const auto is_protected = wire::needs_passphrase(bytes, limits);
  const auto key = wire::load_owner_secret_key(bytes, *kContext, {}, limits);
  fuzz::require(!key ||
                wire::save_owner_secret_key(fuzz::small_parameters(), *key).expose() == bytes);
  if (is_protected && *is_protected) {
    fuzz::require(!wire::load_owner_secret_key(bytes, *kContext, "guess", limits));
  }
  return 0;
}
