// SPDX-License-Identifier: Apache-2.0
// Sums and products, four coefficients at a time.
#include "blindfit/kernels/avx2/avx2_kernels.h"
#include "blindfit/kernels/avx2/vector_arithmetic.h"

namespace blindfit::kernels::avx2 {
namespace {

// Signed (-q, q) -> [0, q).
Integers add_if_negative(Integers x, Integers q) {
  const Integers negative = _mm256_cmpgt_epi64(_mm256_setzero_si256(), x);
  return _mm256_add_epi64(x, _mm256_and_si256(negative, q));
}

Integers add_mod(Integers a, Integers b, Integers q) {
  return add_if_negative(_mm256_sub_epi64(_mm256_add_epi64(a, b), q), q);
}

Factor make_factor(Word c, const ModulusConstants& q) {
  const double value = static_cast<double>(c);
  return {broadcast_real(value / static_cast<double>(q.value)), broadcast_real(value)};
}

}  // namespace

void add(Word* out, const Word* a, const Word* b, std::size_t n,
         const ModulusConstants& q) noexcept {
  const Integers modulus = broadcast(q.value);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store(out + i, add_mod(load(a + i), load(b + i), modulus));
  }
}

void subtract(Word* out, const Word* a, const Word* b, std::size_t n,
              const ModulusConstants& q) noexcept {
  const Integers modulus = broadcast(q.value);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store(out + i, add_if_negative(_mm256_sub_epi64(load(a + i), load(b + i)), modulus));
  }
}

void negate(Word* out, const Word* a, std::size_t n, const ModulusConstants& q) noexcept {
  const Integers modulus = broadcast(q.value);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store(out + i, add_if_negative(_mm256_sub_epi64(_mm256_setzero_si256(), load(a + i)), modulus));
  }
}

void multiply(Word* out, const Word* a, const Word* b, std::size_t n,
              const ModulusConstants& q) noexcept {
  const Modulus m = make_modulus(q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store(out + i, canonical(multiply(to_reals(load(a + i)), to_reals(load(b + i)), m), m));
  }
}

void multiply_add(Word* out, const Word* a, const Word* b, std::size_t n,
                  const ModulusConstants& q) noexcept {
  const Modulus m = make_modulus(q);
  const Integers modulus = broadcast(q.value);
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Reals product = multiply(to_reals(load(a + i)), to_reals(load(b + i)), m);
    store(out + i, add_mod(load(out + i), canonical(product, m), modulus));
  }
}

void multiply_scalar(Word* out, const Word* a, Word c, std::size_t n,
                     const ModulusConstants& q) noexcept {
  const Modulus m = make_modulus(q);
  const Factor factor = make_factor(c, q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store(out + i, canonical(multiply(to_reals(load(a + i)), factor, m), m));
  }
}

void multiply_scalar_add(Word* out, const Word* a, Word c, std::size_t n,
                         const ModulusConstants& q) noexcept {
  const Modulus m = make_modulus(q);
  const Integers modulus = broadcast(q.value);
  const Factor factor = make_factor(c, q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Reals product = multiply(to_reals(load(a + i)), factor, m);
    store(out + i, add_mod(load(out + i), canonical(product, m), modulus));
  }
}

void subtract_multiply_scalar(Word* out, const Word* a, const Word* b, Word c, std::size_t n,
                              const ModulusConstants& q) noexcept {
  const Modulus m = make_modulus(q);
  const Factor factor = make_factor(c, q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Reals difference = _mm256_sub_pd(to_reals(load(a + i)), to_reals(load(b + i)));
    store(out + i, canonical(multiply(difference, factor, m), m));
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

}  // namespace blindfit::kernels::avx2
