// SPDX-License-Identifier: Apache-2.0
// Reductions of one and two words modulo a prime below 2^50. Everything here has internal linkage.
#pragma once

#include <cstdint>

#include "blindfit/kernels/modulus_constants.h"

namespace blindfit::kernels::scalar {
namespace {

__extension__ typedef unsigned __int128 u128;

inline std::uint64_t low_word(u128 x) {
  return static_cast<std::uint64_t>(x);
}
inline std::uint64_t high_word(u128 x) {
  return static_cast<std::uint64_t>(x >> 64);
}
inline std::uint64_t multiply_high(std::uint64_t a, std::uint64_t b) {
  return high_word(u128{a} * b);
}

/// x in [0, 2m) -> x mod m.
inline std::uint64_t subtract_once(std::uint64_t x, std::uint64_t m) {
  return x < m ? x : x - m;
}

/// Barrett for one word: the quotient falls short by at most one (note 0002, section 1).
inline std::uint64_t reduce_word(std::uint64_t x, const ModulusConstants& q) {
  return subtract_once(x - multiply_high(x, q.ratio_high) * q.value, q.value);
}

/// Barrett for any two words: the exact floor(x * ratio / 2^128) falls short by at most one.
inline std::uint64_t reduce_wide(u128 x, const ModulusConstants& q) {
  const std::uint64_t low = low_word(x);
  const std::uint64_t high = high_word(x);
  const u128 middle = u128{low} * q.ratio_high + multiply_high(low, q.ratio_low);
  const u128 carried = u128{high} * q.ratio_low + low_word(middle);
  const std::uint64_t quotient = high * q.ratio_high + high_word(middle) + high_word(carried);
  return subtract_once(low - quotient * q.value, q.value);
}

inline std::uint64_t multiply_mod(std::uint64_t a, std::uint64_t b, const ModulusConstants& q) {
  return reduce_wide(u128{a} * b, q);
}

inline std::uint64_t power_mod(std::uint64_t base, std::uint64_t exponent,
                               const ModulusConstants& q) {
  std::uint64_t result = 1;
  for (; exponent != 0; exponent >>= 1) {
    if ((exponent & 1) != 0) {
      result = multiply_mod(result, base, q);
    }
    base = multiply_mod(base, base, q);
  }
  return result;
}

/// A factor w < q with its Shoup quotient floor(w * 2^64 / q).
struct ShoupFactor {
  std::uint64_t value;
  std::uint64_t quotient;
};

inline ShoupFactor make_shoup_factor(std::uint64_t w, const ModulusConstants& q) {
  // floor(w * 2^64 * ratio / 2^128) falls short of the quotient by at most one; the remainder
  // tells.
  const std::uint64_t quotient = w * q.ratio_high + multiply_high(w, q.ratio_low);
  const std::uint64_t remainder = 0 - quotient * q.value;
  return {w, remainder < q.value ? quotient : quotient + 1};
}

/// Any x -> x * w mod q plus at most q: the result is in [0, 2q).
inline std::uint64_t multiply_lazy(std::uint64_t x, const ShoupFactor& w, std::uint64_t q) {
  return x * w.value - multiply_high(x, w.quotient) * q;
}

inline std::uint64_t multiply_exact(std::uint64_t x, const ShoupFactor& w, std::uint64_t q) {
  return subtract_once(multiply_lazy(x, w, q), q);
}

}  // namespace
}  // namespace blindfit::kernels::scalar
