// SPDX-License-Identifier: Apache-2.0
// From residues modulo some primes to a residue modulo another.
#include "blindfit/kernels/avx2/avx2_kernels.h"
#include "blindfit/kernels/avx2/long_sum.h"

namespace blindfit::kernels::avx2 {

void reduce(Word* out, const Word* x, std::size_t n, const ModulusConstants& q) noexcept {
  const Modulus m = make_modulus(q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store(out + i, canonical(reduce(to_reals(load(x + i)), m), m));
  }
}

void reduce_centred(Word* out, const Word* x, std::size_t n, Word p,
                    const ModulusConstants& q) noexcept {
  const Modulus m = make_modulus(q);
  const Reals whole = broadcast_real(static_cast<double>(p));
  const Reals half = broadcast_real(static_cast<double>(p / 2));
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Reals value = to_reals(load(x + i));
    const Reals upper = _mm256_cmp_pd(value, half, _CMP_GT_OQ);
    const Reals centred = _mm256_sub_pd(value, _mm256_and_pd(upper, whole));
    store(out + i, canonical(reduce(centred, m), m));
  }
}

void overflow_count(Word* v, const Word* const* y, const double* inverse, std::size_t count,
                    std::size_t n) noexcept {
  const Reals half = broadcast_real(0.5);
  for (std::size_t i = 0; i < n; i += kLanes) {
    Reals sum = _mm256_setzero_pd();
    for (std::size_t k = 0; k < count; ++k) {
      const Reals value = to_reals(load(y[k] + i));
      sum = _mm256_add_pd(sum, _mm256_mul_pd(value, broadcast_real(inverse[k])));
    }
    store(v + i, to_integers(_mm256_floor_pd(_mm256_add_pd(sum, half))));
  }
}

namespace {

void extend_to(const ExtensionTarget& target, const Word* const* y, std::size_t count,
               const Word* v, std::size_t n) {
  const Modulus m = make_modulus(*target.q);
  const Reals minus_product = broadcast_real(static_cast<double>(target.q->value - target.product));
  for (std::size_t i = 0; i < n; i += kLanes) {
    LongSum sum = zero_sum();
    accumulate(sum, to_reals(load(v + i)), minus_product);
    std::size_t room = kChunk - 1;
    for (std::size_t k = 0; k < count; ++k, --room) {
      if (room == 0) {
        empty_grid(sum, m);
        room = kChunk;
      }
      const Reals coefficient = broadcast_real(static_cast<double>(target.factor[k]));
      accumulate(sum, to_reals(load(y[k] + i)), coefficient);
    }
    store(target.out + i, canonical(reduce_sum(sum, m), m));
  }
}

}  // namespace

void extend(const ExtensionTarget* targets, std::size_t target_count, const Word* const* y,
            std::size_t count, const Word* v, std::size_t n) noexcept {
  for (std::size_t t = 0; t < target_count; ++t) {
    extend_to(targets[t], y, count, v, n);
  }
}

}  // namespace blindfit::kernels::avx2
