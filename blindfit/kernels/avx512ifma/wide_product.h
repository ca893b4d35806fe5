// SPDX-License-Identifier: Apache-2.0
// Products of two residues and long sums of them, reduced once. Internal linkage; bounds in note
// 0002, section 3.
#pragma once

#include "blindfit/kernels/avx512ifma/vector_arithmetic.h"
#include "blindfit/kernels/scalar/word_arithmetic.h"

namespace blindfit::kernels::avx512ifma {
namespace {

/// Barrett for products of two factors: with k = bit length of q, ratio = floor(2^(52 + k) / q) -
/// 2^52.
struct ProductModulus {
  Modulus m;
  Vector ratio;
  __m128i shift;  // 52 - k
};

inline ProductModulus make_product_modulus(const ModulusConstants& q) {
  const unsigned bits = 64 - static_cast<unsigned>(__builtin_clzll(q.value));
  // floor(2^(52 + k) / q) = floor(2^128 / q) >> (76 - k), and 17 <= k <= 50.
  const Word ratio = (q.ratio_high << (bits - 12)) | (q.ratio_low >> (76 - bits));
  return {make_modulus(q), broadcast(ratio & kMask52),
          _mm_cvtsi32_si128(static_cast<int>(52 - bits))};
}

/// a, b in [0, q) -> wrapped a * b mod q in [0, 4q).
inline Vector multiply_lazy(Vector a, Vector b, const ProductModulus& p) {
  const Vector top = multiply_high(_mm512_sll_epi64(a, p.shift), b);  // floor(a b / 2^k)
  const Vector quotient = add_high(top, top, p.ratio);
  return add_low(add_low(_mm512_setzero_si512(), a, b), quotient, p.m.minus_q);
}

/// A sum of products: 2^52 * high + low, each word far from 2^64.
struct WideSum {
  Vector high;
  Vector low;
};

inline WideSum zero_sum() {
  return {_mm512_setzero_si512(), _mm512_setzero_si512()};
}

inline void accumulate(WideSum& sum, Vector a, Vector b) {
  sum.high = add_high(sum.high, a, b);
  sum.low = add_low(sum.low, a, b);
}

/// Products below 2^100 that a sum may take from zero, and after each reduce_high.
constexpr std::size_t kFirstChunk = 16;
constexpr std::size_t kNextChunk = 8;

struct SumModulus {
  Modulus m;
  Factor r52;  // 2^52 mod q
};

inline Factor make_factor(Word w, const ModulusConstants& q) {
  return {broadcast(scalar::make_shoup_factor(w, q).quotient >> 12), broadcast(w)};
}

inline SumModulus make_sum_modulus(const ModulusConstants& q) {
  return {make_modulus(q), make_factor(q.r52, q)};
}

/// high in [0, 2^52) -> high in [0, 2q), not wrapped.
inline void reduce_high(WideSum& sum, const Modulus& m) {
  sum.high = unwrap(reduce_lazy(sum.high, m));
}

/// The sum mod q, canonical. Requires high + low / 2^52 < 2^52.
inline Vector reduce_sum(const WideSum& sum, const SumModulus& s) {
  const Vector high = add(sum.high, _mm512_srli_epi64(sum.low, 52));
  const Vector low = reduce_lazy(sum.low, s.m);
  return canonical_from_4q(multiply_lazy_add(low, high, s.r52, s.m), s.m);
}

}  // namespace
}  // namespace blindfit::kernels::avx512ifma
