// SPDX-License-Identifier: Apache-2.0
// Sparse matrices by their diagonals, in the clear: what a linear transform on slots is made from.
#pragma once

#include <complex>
#include <cstddef>
#include <map>
#include <span>
#include <vector>

namespace blindfit::circuits {

using Diagonal = std::vector<std::complex<double>>;

/// A square matrix of `period` rows: (M v)_j = sum over offsets o of diagonals[o][j] v_(j + o mod
/// period). It acts on slots that repeat with `period`, a power of two. Offsets are below `period`;
/// every diagonal has `period` entries; absent ones are zero.
struct DiagonalMatrix {
  std::size_t period = 1;
  std::map<std::size_t, Diagonal> diagonals;
};

/// M v for a vector of `period` numbers. Cost: period * number of diagonals products.
Diagonal multiply(const DiagonalMatrix& m, std::span<const std::complex<double>> v);
/// The matrix of v -> a (b v). Equal periods. Diagonals that come out as exact zeros are left out.
DiagonalMatrix multiply(const DiagonalMatrix& a, const DiagonalMatrix& b);

/// The matrix v -> row_factors * (M v), entry by entry.
DiagonalMatrix scale_rows(DiagonalMatrix m, std::span<const std::complex<double>> row_factors);
/// The matrix v -> M (column_factors * v).
DiagonalMatrix scale_columns(DiagonalMatrix m,
                             std::span<const std::complex<double>> column_factors);

/// M seen by neighbours whose vectors are rotated: takes R_in v to R_out M v, where (R_a v)_j =
/// v_(j + a). Offsets move by out - in.
DiagonalMatrix between_rotations(const DiagonalMatrix& m, std::size_t in, std::size_t out);

}  // namespace blindfit::circuits
