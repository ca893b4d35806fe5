// SPDX-License-Identifier: Apache-2.0
// What every kernel needs to know of a prime: plain data, so that instruction-set files may include
// it.
#pragma once

#include <cstdint>

namespace blindfit::kernels {

/// What kernels need to know of a prime q, with 2^16 < q < 2^50 and q = 1 mod 2N. Built by
/// make_modulus_constants.
struct ModulusConstants {
  std::uint64_t value;        ///< q
  std::uint64_t ratio_high;   ///< floor(2^128 / q), upper word: reduces 128-bit values
  std::uint64_t ratio_low;    ///< floor(2^128 / q), lower word
  std::uint64_t r52;          ///< 2^52 mod q
  std::uint64_t r52_squared;  ///< 2^104 mod q
  std::uint64_t neg_inv52;    ///< -q^-1 mod 2^52: Montgomery reduction with radix 2^52
  double inverse;             ///< 1 / q rounded to nearest
};

/// Returns the constants of the odd number q. Requires 2^16 < q < 2^50.
ModulusConstants make_modulus_constants(std::uint64_t q) noexcept;

}  // namespace blindfit::kernels
