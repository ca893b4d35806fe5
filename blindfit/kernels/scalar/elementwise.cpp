// SPDX-License-Identifier: Apache-2.0
// Sums and products, one coefficient at a time.
#include "blindfit/kernels/scalar/scalar_kernels.h"
#include "blindfit/kernels/scalar/word_arithmetic.h"

namespace blindfit::kernels::scalar {

void add(Word* out, const Word* a, const Word* b, std::size_t n,
         const ModulusConstants& q) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = subtract_once(a[i] + b[i], q.value);
  }
}

void subtract(Word* out, const Word* a, const Word* b, std::size_t n,
              const ModulusConstants& q) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = subtract_once(a[i] + q.value - b[i], q.value);
  }
}

void negate(Word* out, const Word* a, std::size_t n, const ModulusConstants& q) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = subtract_once(q.value - a[i], q.value);
  }
}

void multiply(Word* out, const Word* a, const Word* b, std::size_t n,
              const ModulusConstants& q) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = multiply_mod(a[i], b[i], q);
  }
}

void multiply_add(Word* out, const Word* a, const Word* b, std::size_t n,
                  const ModulusConstants& q) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = reduce_wide(u128{a[i]} * b[i] + out[i], q);
  }
}

void multiply_scalar(Word* out, const Word* a, Word c, std::size_t n,
                     const ModulusConstants& q) noexcept {
  const ShoupFactor factor = make_shoup_factor(c, q);
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = multiply_exact(a[i], factor, q.value);
  }
}

void multiply_scalar_add(Word* out, const Word* a, Word c, std::size_t n,
                         const ModulusConstants& q) noexcept {
  const ShoupFactor factor = make_shoup_factor(c, q);
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = subtract_once(out[i] + multiply_exact(a[i], factor, q.value), q.value);
  }
}

void subtract_multiply_scalar(Word* out, const Word* a, const Word* b, Word c, std::size_t n,
                              const ModulusConstants& q) noexcept {
  const ShoupFactor factor = make_shoup_factor(c, q);
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = multiply_exact(a[i] + q.value - b[i], factor, q.value);
  }
}

void dot_pair(Word* out0, Word* out1, const Word* const* a, const Word* const* b0,
              const Word* const* b1, std::size_t count, std::size_t n,
              const ModulusConstants& q) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    u128 sum0 = 0;
    u128 sum1 = 0;
    for (std::size_t k = 0; k < count; ++k) {
      sum0 += u128{a[k][i]} * b0[k][i];
      sum1 += u128{a[k][i]} * b1[k][i];
    }
    out0[i] = reduce_wide(sum0, q);
    out1[i] = reduce_wide(sum1, q);
  }
}

void permute(Word* out, const Word* x, const std::uint32_t* index, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = x[index[i]];
  }
}

void permute_add(Word* out, const Word* x, const std::uint32_t* index, std::size_t n,
                 const ModulusConstants& q) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    const Word sum = out[i] + x[index[i]];
    out[i] = sum >= q.value ? sum - q.value : sum;
  }
}

}  // namespace blindfit::kernels::scalar
