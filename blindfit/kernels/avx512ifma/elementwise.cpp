// SPDX-License-Identifier: Apache-2.0
// Sums and products, eight coefficients at a time.
#include "blindfit/kernels/avx512ifma/avx512ifma_kernels.h"
#include "blindfit/kernels/avx512ifma/wide_product.h"

namespace blindfit::kernels::avx512ifma {

void add(Word* out, const Word* a, const Word* b, std::size_t n,
         const ModulusConstants& q) noexcept {
  const Vector modulus = broadcast(q.value);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store(out + i, subtract_once(add(load(a + i), load(b + i)), modulus));
  }
}

void subtract(Word* out, const Word* a, const Word* b, std::size_t n,
              const ModulusConstants& q) noexcept {
  const Vector modulus = broadcast(q.value);
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Vector difference = subtract(load(a + i), load(b + i));
    store(out + i, _mm512_min_epu64(difference, add(difference, modulus)));
  }
}

void negate(Word* out, const Word* a, std::size_t n, const ModulusConstants& q) noexcept {
  const Vector modulus = broadcast(q.value);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store(out + i, subtract_once(subtract(modulus, load(a + i)), modulus));
  }
}

void multiply(Word* out, const Word* a, const Word* b, std::size_t n,
              const ModulusConstants& q) noexcept {
  const ProductModulus p = make_product_modulus(q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store(out + i, canonical_from_4q(multiply_lazy(load(a + i), load(b + i), p), p.m));
  }
}

void multiply_add(Word* out, const Word* a, const Word* b, std::size_t n,
                  const ModulusConstants& q) noexcept {
  const ProductModulus p = make_product_modulus(q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Vector product = canonical_from_4q(multiply_lazy(load(a + i), load(b + i), p), p.m);
    store(out + i, subtract_once(add(load(out + i), product), p.m.q));
  }
}

void multiply_scalar(Word* out, const Word* a, Word c, std::size_t n,
                     const ModulusConstants& q) noexcept {
  const Modulus m = make_modulus(q);
  const Factor factor = make_factor(c, q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store(out + i, canonical(multiply_lazy(load(a + i), factor, m), m));
  }
}

void multiply_scalar_add(Word* out, const Word* a, Word c, std::size_t n,
                         const ModulusConstants& q) noexcept {
  const Modulus m = make_modulus(q);
  const Factor factor = make_factor(c, q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Vector sum = multiply_lazy_add(load(out + i), load(a + i), factor, m);
    store(out + i, canonical_from_4q(sum, m));
  }
}

void subtract_multiply_scalar(Word* out, const Word* a, const Word* b, Word c, std::size_t n,
                              const ModulusConstants& q) noexcept {
  const Modulus m = make_modulus(q);
  const Factor factor = make_factor(c, q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Vector difference = add(subtract(load(a + i), load(b + i)), m.q);
    store(out + i, canonical(multiply_lazy(difference, factor, m), m));
  }
}

void permute(Word* out, const Word* x, const std::uint32_t* index, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i += kLanes) {
    const __m256i from = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(index + i));
    store(out + i, _mm512_i32gather_epi64(from, x, sizeof(Word)));
  }
}

}  // namespace blindfit::kernels::avx512ifma
