// SPDX-License-Identifier: Apache-2.0
// Sums and products, eight coefficients at a time.
#include "blindfit/kernels/avx512ifma/avx512ifma_kernels.h"
#include "blindfit/kernels/avx512ifma/wide_product.h"

namespace blindfit::kernels::avx512ifma {
namespace {

/// The eight words of one group of the source in the order of the low bits of `index`: one load and
/// one shuffle where a gather would make eight loads.
Vector permuted_group(const Word* x, const std::uint32_t* index) noexcept {
  const __m256i from = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(index));
  const Word group = index[0] & ~std::uint32_t{kLanes - 1};
  return _mm512_permutexvar_epi64(_mm512_cvtepu32_epi64(from), load(x + group));
}

}  // namespace

void add(Word* out, const Word* a, const Word* b, std::size_t n,
         const ModulusConstants& q) noexcept {
  const Vector modulus = broadcast(q.value);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store_fetching(out + i, subtract_once(add(load(a + i), load(b + i)), modulus));
  }
}

void subtract(Word* out, const Word* a, const Word* b, std::size_t n,
              const ModulusConstants& q) noexcept {
  const Vector modulus = broadcast(q.value);
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Vector difference = subtract(load(a + i), load(b + i));
    store_fetching(out + i, _mm512_min_epu64(difference, add(difference, modulus)));
  }
}

void negate(Word* out, const Word* a, std::size_t n, const ModulusConstants& q) noexcept {
  const Vector modulus = broadcast(q.value);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store_fetching(out + i, subtract_once(subtract(modulus, load(a + i)), modulus));
  }
}

void multiply(Word* out, const Word* a, const Word* b, std::size_t n,
              const ModulusConstants& q) noexcept {
  const ProductModulus p = make_product_modulus(q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store_fetching(out + i, canonical_from_4q(multiply_lazy(load(a + i), load(b + i), p), p.m));
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
    store_fetching(out + i, canonical(multiply_lazy(load(a + i), factor, m), m));
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
    store_fetching(out + i, canonical(multiply_lazy(difference, factor, m), m));
  }
}

void permute(Word* out, const Word* x, const std::uint32_t* index, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i += kLanes) {
    store_fetching(out + i, permuted_group(x, index + i));
  }
}

void permute_add(Word* out, const Word* x, const std::uint32_t* index, std::size_t n,
                 const ModulusConstants& q) noexcept {
  const Vector modulus = broadcast(q.value);
  for (std::size_t i = 0; i < n; i += kLanes) {
    store(out + i, subtract_once(add(load(out + i), permuted_group(x, index + i)), modulus));
  }
}

}  // namespace blindfit::kernels::avx512ifma
