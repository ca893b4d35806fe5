// SPDX-License-Identifier: Apache-2.0
// Modular arithmetic on four doubles that hold integers. A fused multiply-add gives the rounding
// error of a product exactly, so every result here is an exact integer; only quotients are
// approximate, by less than one. Internal linkage throughout; ranges are proved in note 0002,
// section 5. Rounding to nearest is assumed.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "blindfit/kernels/modulus_constants.h"

namespace blindfit::kernels::avx2 {
namespace {

using Word = std::uint64_t;
using Integers = __m256i;
using Reals = __m256d;

constexpr std::size_t kLanes = 4;
constexpr double kTwo52 = 4503599627370496.0;

inline Integers load(const Word* from) {
  return _mm256_load_si256(reinterpret_cast<const Integers*>(from));
}
inline void store(Word* to, Integers x) {
  _mm256_store_si256(reinterpret_cast<Integers*>(to), x);
}
/// Between the passes of a transform the words hold doubles.
inline Reals load_reals(const Word* from) {
  return _mm256_castsi256_pd(load(from));
}
inline void store_reals(Word* to, Reals x) {
  store(to, _mm256_castpd_si256(x));
}

inline Integers broadcast(Word x) {
  return _mm256_set1_epi64x(static_cast<long long>(x));
}
inline Reals broadcast_real(double x) {
  return _mm256_set1_pd(x);
}

/// [0, 2^52) -> the same numbers as doubles: the bits of 2^52 + x are those of 2^52, or x.
inline Reals to_reals(Integers x) {
  const Reals two52 = broadcast_real(kTwo52);
  const Integers bits = _mm256_or_si256(x, _mm256_castpd_si256(two52));
  return _mm256_sub_pd(_mm256_castsi256_pd(bits), two52);
}

/// Integers in [0, 2^52) as doubles -> words.
inline Integers to_integers(Reals x) {
  const Reals two52 = broadcast_real(kTwo52);
  return _mm256_castpd_si256(_mm256_xor_pd(_mm256_add_pd(x, two52), two52));
}

/// One modulus in every lane.
struct Modulus {
  Reals q;
  Reals inverse;  // 1 / q rounded
};

inline Modulus make_modulus(const ModulusConstants& q) {
  return {broadcast_real(static_cast<double>(q.value)), broadcast_real(q.inverse)};
}

/// x * y rounded to an integer, for |x * y| < 2^51: adding 1.5 * 2^52 leaves no room for a
/// fraction.
inline Reals multiply_round(Reals x, Reals y) {
  const Reals magic = broadcast_real(1.5 * kTwo52);
  return _mm256_sub_pd(_mm256_fmadd_pd(x, y, magic), magic);
}

/// |x| < 2^52 -> x mod q within (1/2 + 2^-17) q of zero.
inline Reals reduce(Reals x, const Modulus& m) {
  return _mm256_fnmadd_pd(multiply_round(x, m.inverse), m.q, x);
}

/// A factor w with |w| < q and w / q rounded.
struct Factor {
  Reals ratio;
  Reals value;
};

/// x * w mod q within 7/8 q of zero, for |x * w| < 2^51 q; less for smaller x.
inline Reals multiply(Reals x, const Factor& w, const Modulus& m) {
  const Reals product = _mm256_mul_pd(x, w.value);
  const Reals error = _mm256_fmsub_pd(x, w.value, product);
  const Reals quotient = multiply_round(x, w.ratio);
  return _mm256_add_pd(_mm256_fnmadd_pd(quotient, m.q, product), error);
}

/// x * y mod q within 3/4 q of zero, for x, y in [0, q).
inline Reals multiply(Reals x, Reals y, const Modulus& m) {
  const Reals product = _mm256_mul_pd(x, y);
  const Reals error = _mm256_fmsub_pd(x, y, product);
  const Reals quotient = multiply_round(product, m.inverse);
  return _mm256_add_pd(_mm256_fnmadd_pd(quotient, m.q, product), error);
}

/// (-q, q) -> [0, q).
inline Reals add_if_negative(Reals x, Reals q) {
  const Reals negative = _mm256_cmp_pd(x, _mm256_setzero_pd(), _CMP_LT_OQ);
  return _mm256_add_pd(x, _mm256_and_pd(negative, q));
}

/// (-q, q) -> canonical words.
inline Integers canonical(Reals x, const Modulus& m) {
  return to_integers(add_if_negative(x, m.q));
}

}  // namespace
}  // namespace blindfit::kernels::avx2
