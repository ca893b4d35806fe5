// SPDX-License-Identifier: Apache-2.0
// From residues modulo some primes to a residue modulo another.
#include "blindfit/kernels/avx512ifma/avx512ifma_kernels.h"
#include "blindfit/kernels/avx512ifma/wide_product.h"

namespace blindfit::kernels::avx512ifma {

void reduce(Word* out, const Word* x, std::size_t n, const ModulusConstants& q) noexcept {
  const Modulus m = make_modulus(q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store(out + i, canonical(reduce_lazy(load(x + i), m), m));
  }
}

void reduce_centred(Word* out, const Word* x, std::size_t n, Word p,
                    const ModulusConstants& q) noexcept {
  const Modulus m = make_modulus(q);
  const Vector half = broadcast(p / 2);
  const Vector wrap = broadcast(q.value - p % q.value);  // -p mod q, in (0, q]
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Vector value = load(x + i);
    const Vector reduced = canonical(reduce_lazy(value, m), m);
    const __mmask8 upper = _mm512_cmpgt_epu64_mask(value, half);
    store(out + i, subtract_once(_mm512_mask_add_epi64(reduced, upper, reduced, wrap), m.q));
  }
}

void overflow_count(Word* v, const Word* const* y, const double* inverse, std::size_t count,
                    std::size_t n) noexcept {
  const __m512d half = _mm512_set1_pd(0.5);
  for (std::size_t i = 0; i < n; i += kLanes) {
    __m512d sum = _mm512_setzero_pd();
    for (std::size_t k = 0; k < count; ++k) {
      const __m512d value = _mm512_cvtepu64_pd(load(y[k] + i));
      sum = _mm512_add_pd(sum, _mm512_mul_pd(value, _mm512_set1_pd(inverse[k])));
    }
    store(v + i, _mm512_cvttpd_epu64(_mm512_add_pd(sum, half)));
  }
}

void extend_limb(Word* out, const Word* const* y, const Word* factor, std::size_t count,
                 const Word* v, Word product, std::size_t n, const ModulusConstants& q) noexcept {
  const SumModulus s = make_sum_modulus(q);
  const Vector minus_product = broadcast(q.value - product);
  for (std::size_t i = 0; i < n; i += kLanes) {
    WideSum sum = zero_sum();
    accumulate(sum, load(v + i), minus_product);
    std::size_t room = kFirstChunk - 1;
    for (std::size_t k = 0; k < count; ++k, --room) {
      if (room == 0) {
        reduce_high(sum, s.m);
        room = kNextChunk;
      }
      accumulate(sum, load(y[k] + i), broadcast(factor[k]));
    }
    store(out + i, reduce_sum(sum, s));
  }
}

}  // namespace blindfit::kernels::avx512ifma
