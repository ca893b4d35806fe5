// SPDX-License-Identifier: Apache-2.0
// How logits of a row pair lie on slots when they leave the cloud: one class a feature block
// (docs/notes/0015-encrypted-inference.md).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "blindfit/matrix/packing.h"

namespace blindfit::matrix {

/// Ciphertexts that hold the logits of one row pair: lane k in feature block k mod f of part k / f.
[[nodiscard]] std::size_t logit_parts(const Tiling& tiling) noexcept;

/// `value` in feature block `block`, zero elsewhere.
std::vector<double> block_mask(const TileShape& tile, std::size_t block, double value);

/// The weights that lane k meets in feature tile t, all rows alike but for what lanes of a class
/// group hold in the parts of a block (class_in_part): what spreading makes of packed weights.
/// `weights` is classes x features. Throws Error{kInvalidArgument} if its shape is not the
/// tiling's.
std::vector<double> spread_weights(const Tiling& tiling, MatrixView weights, std::size_t k,
                                   std::size_t feature_tile);

/// Which of a query's ciphertexts of logits: row tiles 2 pair and 2 pair + 1 are its real and
/// imaginary part.
struct LogitPart {
  std::size_t pair = 0;
  std::size_t part = 0;
};

/// Fills what `slots` hold of the rows x classes logits, row by row. Throws Error{kInvalidArgument}
/// for `logits` of another size.
void unpack_logits(const Tiling& tiling, const LogitPart& which,
                   std::span<const std::complex<double>> slots, std::span<double> logits);

/// The largest modulus among slots that hold no logit: blocks without a class, rows beyond the
/// matrix, and imaginary parts where no second row tile is. They are zero but for noise.
double largest_unused_logit(const Tiling& tiling, const LogitPart& which,
                            std::span<const std::complex<double>> slots);

}  // namespace blindfit::matrix
