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

namespace {

/// `kTargets` at once, so that a source word is loaded once for all of them.
template <std::size_t kTargets>
void extend_group(const ExtensionTarget* targets, const Word* const* y, std::size_t count,
                  const Word* v, std::size_t n) {
  SumModulus s[kTargets];
  Vector minus_product[kTargets];
  for (std::size_t t = 0; t < kTargets; ++t) {
    s[t] = make_sum_modulus(*targets[t].q);
    minus_product[t] = broadcast(targets[t].q->value - targets[t].product);
  }
  for (std::size_t i = 0; i < n; i += kLanes) {
    WideSum sum[kTargets];
    const Vector overflow = load(v + i);
    for (std::size_t t = 0; t < kTargets; ++t) {
      sum[t] = zero_sum();
      accumulate(sum[t], overflow, minus_product[t]);
    }
    std::size_t room = kFirstChunk - 1;
    for (std::size_t k = 0; k < count; ++k, --room) {
      if (room == 0) {
        for (std::size_t t = 0; t < kTargets; ++t) {
          reduce_high(sum[t], s[t].m);
        }
        room = kNextChunk;
      }
      const Vector word = load(y[k] + i);
      for (std::size_t t = 0; t < kTargets; ++t) {
        accumulate(sum[t], word, broadcast(targets[t].factor[k]));
      }
    }
    for (std::size_t t = 0; t < kTargets; ++t) {
      store_fetching(targets[t].out + i, reduce_sum(sum[t], s[t]));
    }
  }
}

}  // namespace

void extend(const ExtensionTarget* targets, std::size_t target_count, const Word* const* y,
            std::size_t count, const Word* v, std::size_t n) noexcept {
  for (; target_count >= 4; targets += 4, target_count -= 4) {
    extend_group<4>(targets, y, count, v, n);
  }
  switch (target_count) {
    case 3:
      return extend_group<3>(targets, y, count, v, n);
    case 2:
      return extend_group<2>(targets, y, count, v, n);
    case 1:
      return extend_group<1>(targets, y, count, v, n);
    default:
      return;
  }
}

}  // namespace blindfit::kernels::avx512ifma
