// SPDX-License-Identifier: Apache-2.0
// From residues modulo some primes to a residue modulo another.
#include "blindfit/kernels/scalar/scalar_kernels.h"
#include "blindfit/kernels/scalar/word_arithmetic.h"

namespace blindfit::kernels::scalar {

void reduce(Word* out, const Word* x, std::size_t n, const ModulusConstants& q) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = reduce_word(x[i], q);
  }
}

void reduce_centred(Word* out, const Word* x, std::size_t n, Word p,
                    const ModulusConstants& q) noexcept {
  const Word wrap = q.value - reduce_word(p, q);  // -p mod q, in (0, q]
  for (std::size_t i = 0; i < n; ++i) {
    const Word shift = (Word{0} - Word{x[i] > p / 2}) & wrap;  // no branch on random data
    out[i] = subtract_once(reduce_word(x[i], q) + shift, q.value);
  }
}

void overflow_count(Word* v, const Word* const* y, const double* inverse, std::size_t count,
                    std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0.0;
    for (std::size_t k = 0; k < count; ++k) {
      sum += static_cast<double>(y[k][i]) * inverse[k];
    }
    v[i] = static_cast<Word>(sum + 0.5);
  }
}

void extend(const ExtensionTarget* targets, std::size_t target_count, const Word* const* y,
            std::size_t count, const Word* v, std::size_t n) noexcept {
  for (std::size_t t = 0; t < target_count; ++t) {
    const ExtensionTarget& target = targets[t];
    const Word minus_product = target.q->value - target.product;
    for (std::size_t i = 0; i < n; ++i) {
      u128 sum = u128{v[i]} * minus_product;
      for (std::size_t k = 0; k < count; ++k) {
        sum += u128{y[k][i]} * target.factor[k];
      }
      target.out[i] = reduce_wide(sum, *target.q);
    }
  }
}

}  // namespace blindfit::kernels::scalar
