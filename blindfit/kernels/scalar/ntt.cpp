// SPDX-License-Identifier: Apache-2.0
// Negacyclic NTT with Harvey's lazy butterflies [Harvey 2014, "Faster arithmetic for
// number-theoretic transforms"]: one layer after the other, as in the textbook. The other families
// must agree with this one.
#include "blindfit/kernels/scalar/scalar_kernels.h"
#include "blindfit/kernels/scalar/twiddle_powers.h"

namespace blindfit::kernels::scalar {
namespace {

// Of the limb as a matrix: its layers down the columns come first.
constexpr std::size_t kRows = 16;

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
void forward_butterflies(Word* x, Word* y, std::size_t count, const ShoupFactor& w, Word q) {
  for (std::size_t j = 0; j < count; ++j) {
    const Word reduced = subtract_once(x[j], 2 * q);
    const Word product = multiply_lazy(y[j], w, q);
    x[j] = reduced + product;
    y[j] = reduced + 2 * q - product;
  }
}

// x, y in [0, 2q) -> x + y and w (x - y), both in [0, 2q).
void inverse_butterflies(Word* x, Word* y, std::size_t count, const ShoupFactor& w, Word q) {
  for (std::size_t j = 0; j < count; ++j) {
    const Word difference = x[j] + 2 * q - y[j];
    x[j] = subtract_once(x[j] + y[j], 2 * q);
    y[j] = multiply_lazy(difference, w, q);
  }
}

// The last layer, with the division by N: x, y in [0, 2q) -> canonical.
void last_butterflies(Word* x, Word* y, std::size_t count, const Word* inverse_table, Word q) {
  const ShoupFactor inverse_n = load_factor(inverse_table, 0);
  const ShoupFactor w = load_factor(inverse_table, 1);
  for (std::size_t j = 0; j < count; ++j) {
    const Word sum = x[j] + y[j];
    const Word difference = x[j] + 2 * q - y[j];
    x[j] = multiply_exact(sum, inverse_n, q);
    y[j] = multiply_exact(difference, w, q);
  }
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

std::size_t ntt_rows(unsigned /*log_n*/) noexcept {
  return kRows;
}

void forward_ntt_columns(Word* x, std::size_t stride, std::size_t columns, const Word* table,
                         const ModulusConstants& q, unsigned /*log_n*/) noexcept {
  for (std::size_t blocks = 1, half = kRows / 2; blocks < kRows; blocks *= 2, half /= 2) {
    for (std::size_t block = 0; block < blocks; ++block) {
      const ShoupFactor w = load_factor(table, blocks + block);
      for (std::size_t row = 2 * half * block; row < 2 * half * block + half; ++row) {
        forward_butterflies(x + row * stride, x + (row + half) * stride, columns, w, q.value);
      }
    }
  }
}

void forward_ntt_row(Word* x, std::size_t row, const Word* table, const ModulusConstants& q,
                     unsigned log_n, const RowsAhead& /*ahead*/) noexcept {
  const std::size_t n = std::size_t{1} << log_n;
  for (std::size_t blocks = kRows, half = n / kRows / 2; blocks < n; blocks *= 2, half /= 2) {
    const std::size_t in_row = blocks / kRows;
    for (std::size_t i = 0; i < in_row; ++i) {
      const ShoupFactor w = load_factor(table, blocks + row * in_row + i);
      forward_butterflies(x + 2 * half * i, x + 2 * half * i + half, half, w, q.value);
    }
  }
  for (std::size_t i = 0; i < n / kRows; ++i) {
    x[i] = subtract_once(subtract_once(x[i], 2 * q.value), q.value);
  }
}

void inverse_ntt_row(Word* x, std::size_t row, const Word* table, const ModulusConstants& q,
                     unsigned log_n) noexcept {
  const std::size_t n = std::size_t{1} << log_n;
  const Word* inverse_table = table + 2 * n;
  for (std::size_t blocks = n / 2, half = 1; blocks >= kRows; blocks /= 2, half *= 2) {
    const std::size_t in_row = blocks / kRows;
    for (std::size_t i = 0; i < in_row; ++i) {
      const ShoupFactor w = load_factor(inverse_table, blocks + row * in_row + i);
      inverse_butterflies(x + 2 * half * i, x + 2 * half * i + half, half, w, q.value);
    }
  }
}

void inverse_ntt_columns(Word* x, std::size_t stride, std::size_t columns, const Word* table,
                         const ModulusConstants& q, unsigned log_n) noexcept {
  const Word* inverse_table = table + (std::size_t{2} << log_n);
  for (std::size_t blocks = kRows / 2, half = 1; blocks > 1; blocks /= 2, half *= 2) {
    for (std::size_t block = 0; block < blocks; ++block) {
      const ShoupFactor w = load_factor(inverse_table, blocks + block);
      for (std::size_t row = 2 * half * block; row < 2 * half * block + half; ++row) {
        inverse_butterflies(x + row * stride, x + (row + half) * stride, columns, w, q.value);
      }
    }
  }
  for (std::size_t row = 0; row < kRows / 2; ++row) {
    last_butterflies(x + row * stride, x + (row + kRows / 2) * stride, columns, inverse_table,
                     q.value);
  }
}

void forward_ntt(Word* x, const Word* table, const ModulusConstants& q, unsigned log_n) noexcept {
  const std::size_t columns = (std::size_t{1} << log_n) / kRows;
  forward_ntt_columns(x, columns, columns, table, q, log_n);
  for (std::size_t row = 0; row < kRows; ++row) {
    forward_ntt_row(x + row * columns, row, table, q, log_n, {});
  }
}

void inverse_ntt(Word* x, const Word* table, const ModulusConstants& q, unsigned log_n) noexcept {
  const std::size_t columns = (std::size_t{1} << log_n) / kRows;
  for (std::size_t row = 0; row < kRows; ++row) {
    inverse_ntt_row(x + row * columns, row, table, q, log_n);
  }
  inverse_ntt_columns(x, columns, columns, table, q, log_n);
}

}  // namespace blindfit::kernels::scalar
