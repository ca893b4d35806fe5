// SPDX-License-Identifier: Apache-2.0
// The paper's matrix product: row-major packing, one operand revolving past the other a whole row
// at a time [chiang2023privacy, Algorithm 1; chiang2022volley]. Training uses the tiles of
// tiling.h, which need neither its second mask nor its spreading; this is what they are measured
// against.
#pragma once

#include <vector>

#include "blindfit/ckks/rotate.h"
#include "blindfit/matrix/packing.h"

namespace blindfit::matrix {

/// rows * columns = slots; slot columns * i + j holds entry (i, j). Both are powers of two.
struct RowMajorShape {
  std::size_t rows = 0;
  std::size_t columns = 0;
};

/// Zero beyond the matrix. Throws Error{kInvalidArgument} if it does not fit.
Slots pack_row_major(RowMajorShape shape, MatrixView a);

/// The c rows of `b` repeated with the period 2^ceil(log2 c) over all rows: where the paper
/// revolves past every row of the ciphertext, this revolves past one period only (6.4 times fewer
/// products at c = 10 and 64 rows).
Slots pack_revolving(RowMajorShape shape, MatrixView b);

/// Rotations that multiply_transposed needs keys for, at its operands' level and below.
std::vector<ckks::Steps> revolver_steps(RowMajorShape shape, std::size_t revolving_rows);

/// A B^T for A packed row-major and B (`revolving_rows` rows) packed revolving: entry (i, k) at
/// slot columns * i + k, zero elsewhere. Needs the period of B to be at most `columns`. Levels: 3
/// (product, mask, mask). Out scale: about a's. Cost: per row of the period one product, one
/// relinearization and 2 log2(columns) rotations in radix-4 stages.
ckks::Ciphertext multiply_transposed(const ckks::Encoder& encoder, const ckks::EvaluationKeys& keys,
                                     RowMajorShape shape, const ckks::Ciphertext& a,
                                     const ckks::Ciphertext& b, std::size_t revolving_rows);

}  // namespace blindfit::matrix
