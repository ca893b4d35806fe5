// SPDX-License-Identifier: Apache-2.0
// Matrices to slot vectors and back, in the layouts of tiling.h.
#pragma once

#include <complex>
#include <span>
#include <vector>

#include "blindfit/matrix/tiling.h"

namespace blindfit::matrix {

using Slots = std::vector<std::complex<double>>;

/// A row-major view of a matrix of doubles.
struct MatrixView {
  const double* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  [[nodiscard]] double at(std::size_t i, std::size_t j) const noexcept {
    return data[i * columns + j];
  }
};

/// Tile (p, t) of X: row tiles 2p and 2p + 1 as real and imaginary part, features t * f ...; zero
/// beyond the matrix. `x` is rows x features. Throws Error{kInvalidArgument} if its shape is not
/// the tiling's.
Slots pack_data(const Tiling& tiling, MatrixView x, std::size_t pair, std::size_t feature_tile);

/// One-hot labels minus `offset` of pair p in conjugate form, (y_a - i y_b): slot r * j + i holds
/// row i of class j mod 2^ceil(log2(classes)), zero for padding classes and rows. Needs
/// tile.features >= that power of two.
Slots pack_labels(const Tiling& tiling, std::span<const int> labels, double offset,
                  std::size_t pair);
/// The period in feature blocks of pack_labels.
std::size_t label_period(const Tiling& tiling);

/// A classes x features matrix in the packed layout, and back (real parts).
Slots pack_weights(const Tiling& tiling, MatrixView weights);
std::vector<double> unpack_weights(const Tiling& tiling,
                                   std::span<const std::complex<double>> slots);

/// The largest modulus among slots that the packed layout leaves zero, and among the imaginary
/// parts of the others where row tiles are paired: there a conjugation has cancelled them,
/// elsewhere the masks let through the noise of sums over rows. What the canary of `decrypt`
/// compares with the noise model.
double largest_unused(const Tiling& tiling, std::span<const std::complex<double>> slots);

/// slots[s] *= factors[s]. No factors: nothing changes. Throws Error{kInvalidArgument} if there are
/// others than one a slot.
void multiply_slots(std::span<const double> factors, Slots& slots);
void multiply_slots(std::span<const double> factors, std::vector<double>& slots);

/// Parts first to last - 1 of the `parts` that the rows of a tile are cut into.
struct PartRange {
  std::size_t parts = 1;
  std::size_t first = 0;
  std::size_t last = 1;
};

/// `value` at the weights of one bundle, zero elsewhere.
std::vector<double> bundle_mask(const Tiling& tiling, const Bundle& bundle, double value);
/// 1 at the rows of `range` in every feature block, zero elsewhere.
std::vector<double> part_mask(const TileShape& tile, const PartRange& range);

/// The class that lane k of `group` holds in part `part`: lanes are turned against each other.
[[nodiscard]] std::size_t class_in_part(const ClassGroup& group, std::size_t k,
                                        std::size_t part) noexcept;
/// `value` where pack_labels has the class that lane k holds in this part; class k itself where
/// classes are not grouped.
std::vector<double> label_mask(const Tiling& tiling, std::size_t k, double value);

}  // namespace blindfit::matrix
