// SPDX-License-Identifier: Apache-2.0
#include "blindfit/kernels/modulus_constants.h"

namespace blindfit::kernels {
namespace {

__extension__ typedef unsigned __int128 u128;

constexpr std::uint64_t kMask52 = (std::uint64_t{1} << 52) - 1;

// Newton's iteration doubles the number of correct low bits: q * q = 1 mod 8 starts it with 3, so 5
// steps give 96.
std::uint64_t inverse_mod_2_64(std::uint64_t q) noexcept {
  std::uint64_t inverse = q;
  for (int step = 0; step < 5; ++step) {
    inverse *= 2 - q * inverse;
  }
  return inverse;
}

}  // namespace

ModulusConstants make_modulus_constants(std::uint64_t q) noexcept {
  const u128 ratio =
      ~u128{0} /
      q;  // floor((2^128 - 1) / q) = floor(2^128 / q), for an odd q divides no power of two
  ModulusConstants constants{};
  constants.value = q;
  constants.ratio_high = static_cast<std::uint64_t>(ratio >> 64);
  constants.ratio_low = static_cast<std::uint64_t>(ratio);
  constants.r52 = (kMask52 + 1) % q;
  constants.r52_squared = static_cast<std::uint64_t>((u128{1} << 104) % q);
  constants.neg_inv52 = (0 - inverse_mod_2_64(q)) & kMask52;
  constants.inverse = 1.0 / static_cast<double>(q);
  return constants;
}

}  // namespace blindfit::kernels
