// SPDX-License-Identifier: Apache-2.0
#include "blindfit/circuits/diagonal_matrix.h"

#include <algorithm>
#include <string>
#include <utility>

#include "blindfit/base/error.h"

namespace blindfit::circuits {
namespace {

using Complex = std::complex<double>;

// std::complex multiplication checks for NaN, which costs more than the product itself.
Complex product(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

void require_equal(std::size_t a, std::size_t b) {
  if (a != b) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "a matrix and what it acts on must have equal sizes: " + std::to_string(a) +
                          " and " + std::to_string(b));
  }
}

}  // namespace

Diagonal multiply(const DiagonalMatrix& m, std::span<const Complex> v) {
  require_equal(m.period, v.size());
  Diagonal out(m.period);
  for (const auto& [offset, diagonal] : m.diagonals) {
    for (std::size_t j = 0; j < m.period; ++j) {
      out[j] += product(diagonal[j], v[(j + offset) % m.period]);
    }
  }
  return out;
}

DiagonalMatrix multiply(const DiagonalMatrix& a, const DiagonalMatrix& b) {
  require_equal(a.period, b.period);
  DiagonalMatrix out{a.period, {}};
  for (const auto& [left, x] : a.diagonals) {
    for (const auto& [right, y] : b.diagonals) {
      Diagonal& sum = out.diagonals[(left + right) % a.period];
      sum.resize(a.period);
      for (std::size_t j = 0; j < a.period; ++j) {
        sum[j] += product(x[j], y[(j + left) % a.period]);
      }
    }
  }
  for (auto it = out.diagonals.begin(); it != out.diagonals.end();) {
    const bool zero = std::all_of(it->second.begin(), it->second.end(),
                                  [](Complex c) { return c == Complex(0, 0); });
    it = zero ? out.diagonals.erase(it) : std::next(it);
  }
  return out;
}

DiagonalMatrix scale_rows(DiagonalMatrix m, std::span<const Complex> row_factors) {
  require_equal(m.period, row_factors.size());
  for (auto& [offset, diagonal] : m.diagonals) {
    for (std::size_t j = 0; j < m.period; ++j) {
      diagonal[j] = product(diagonal[j], row_factors[j]);
    }
  }
  return m;
}

DiagonalMatrix scale_columns(DiagonalMatrix m, std::span<const Complex> column_factors) {
  require_equal(m.period, column_factors.size());
  for (auto& [offset, diagonal] : m.diagonals) {
    for (std::size_t j = 0; j < m.period; ++j) {
      diagonal[j] = product(diagonal[j], column_factors[(j + offset) % m.period]);
    }
  }
  return m;
}

// With v' = R_in v: (M v)_j = sum_o D_o[j] v'_(j + o - in), and R_out reads row j + out.
DiagonalMatrix between_rotations(const DiagonalMatrix& m, std::size_t in, std::size_t out) {
  DiagonalMatrix result{m.period, {}};
  if (m.period == 0) {
    return result;
  }
  const std::size_t turn = out % m.period;
  const std::size_t shift = turn + m.period - in % m.period;
  for (const auto& [offset, diagonal] : m.diagonals) {
    Diagonal moved(diagonal.size());
    std::rotate_copy(diagonal.begin(), diagonal.begin() + static_cast<std::ptrdiff_t>(turn),
                     diagonal.end(), moved.begin());
    result.diagonals[(offset + shift) % m.period] = std::move(moved);
  }
  return result;
}

}  // namespace blindfit::circuits
