// SPDX-License-Identifier: Apache-2.0
// Negacyclic NTT with Harvey's lazy butterflies [Harvey 2014, "Faster arithmetic for
// number-theoretic transforms"]: one layer after the other, as in the textbook. The other families
// must agree with this one.
#include "blindfit/kernels/scalar/scalar_kernels.h"
#include "blindfit/kernels/scalar/twiddle_powers.h"

namespace blindfit::kernels::scalar {
namespace {

// Table: for m = 1, 2, 4, ... and i < m the factor m + i is psi^bit_reverse(m + i), the one factor
// of block i in the layer of m blocks; N factors for the forward transform, then their inverses.
// Factor 0, which no layer uses, holds N^-1 in the second half, and factor 1 there is multiplied by
// N^-1 beforehand: the last layer divides by N on its way.
ShoupFactor load_factor(const Word* table, std::size_t index) {
  return {table[2 * index], table[2 * index + 1]};
}

void store_factor(Word* table, std::size_t index, const ShoupFactor& factor) {
  table[2 * index] = factor.value;
  table[2 * index + 1] = factor.quotient;
}

void store_powers(Word* table, const ModulusConstants& q, Word root, unsigned log_n) {
  for_each_twiddle(root, log_n, q, [&](std::size_t node, Word power) {
    store_factor(table, node, make_shoup_factor(power, q));
  });
}

// x in [0, 4q), y in [0, 4q) -> x + w y and x - w y, both in [0, 4q).
void forward_butterfly(Word& x, Word& y, const ShoupFactor& w, Word q) {
  const Word reduced = subtract_once(x, 2 * q);
  const Word product = multiply_lazy(y, w, q);
  x = reduced + product;
  y = reduced + 2 * q - product;
}

// x, y in [0, 2q) -> x + y and w (x - y), both in [0, 2q).
void inverse_butterfly(Word& x, Word& y, const ShoupFactor& w, Word q) {
  const Word difference = x + 2 * q - y;
  x = subtract_once(x + y, 2 * q);
  y = multiply_lazy(difference, w, q);
}

}  // namespace

std::size_t ntt_table_words(unsigned log_n) noexcept {
  return std::size_t{4} << log_n;
}

void ntt_build_table(Word* table, const ModulusConstants& q, Word psi, unsigned log_n) noexcept {
  const Word inverse_n = inverse_of_size(log_n, q);
  Word* inverse_table = table + (std::size_t{2} << log_n);
  store_powers(table, q, psi, log_n);
  store_powers(inverse_table, q, inverse_root(psi, log_n, q), log_n);
  const Word last = multiply_mod(load_factor(inverse_table, 1).value, inverse_n, q);
  store_factor(inverse_table, 0, make_shoup_factor(inverse_n, q));
  store_factor(inverse_table, 1, make_shoup_factor(last, q));
}

void forward_ntt(Word* x, const Word* table, const ModulusConstants& q, unsigned log_n) noexcept {
  const std::size_t n = std::size_t{1} << log_n;
  for (std::size_t blocks = 1, half = n / 2; blocks < n; blocks *= 2, half /= 2) {
    for (std::size_t block = 0; block < blocks; ++block) {
      const ShoupFactor w = load_factor(table, blocks + block);
      Word* first = x + 2 * half * block;
      for (std::size_t j = 0; j < half; ++j) {
        forward_butterfly(first[j], first[j + half], w, q.value);
      }
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = subtract_once(subtract_once(x[i], 2 * q.value), q.value);
  }
}

void inverse_ntt(Word* x, const Word* table, const ModulusConstants& q, unsigned log_n) noexcept {
  const std::size_t n = std::size_t{1} << log_n;
  const Word* inverse_table = table + 2 * n;
  for (std::size_t blocks = n / 2, half = 1; blocks > 1; blocks /= 2, half *= 2) {
    for (std::size_t block = 0; block < blocks; ++block) {
      const ShoupFactor w = load_factor(inverse_table, blocks + block);
      Word* first = x + 2 * half * block;
      for (std::size_t j = 0; j < half; ++j) {
        inverse_butterfly(first[j], first[j + half], w, q.value);
      }
    }
  }
  const ShoupFactor inverse_n = load_factor(inverse_table, 0);
  const ShoupFactor last = load_factor(inverse_table, 1);
  for (std::size_t j = 0; j < n / 2; ++j) {
    const Word sum = x[j] + x[j + n / 2];
    const Word difference = x[j] + 2 * q.value - x[j + n / 2];
    x[j] = multiply_exact(sum, inverse_n, q.value);
    x[j + n / 2] = multiply_exact(difference, last, q.value);
  }
}

}  // namespace blindfit::kernels::scalar
