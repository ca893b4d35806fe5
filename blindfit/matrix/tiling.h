// SPDX-License-Identifier: Apache-2.0
// How matrices lie on slots: feature-major tiles of r rows by f features, r * f = slots
// (docs/notes/0004-tiles.md). The Volley Revolver packing of the paper is the row-major counterpart
// in volley_revolver.h.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace blindfit::matrix {

/// One tile covers all slots: slot r * j + i holds row i, feature j. Both counts are powers of two.
struct TileShape {
  std::size_t rows = 0;
  std::size_t features = 0;

  [[nodiscard]] std::size_t slots() const noexcept { return rows * features; }
  [[nodiscard]] std::size_t slot(std::size_t row, std::size_t feature) const noexcept {
    return rows * feature + row;
  }
  bool operator==(const TileShape&) const = default;
};

/// Row pairs first to last - 1 of a tiling.
struct PairRange {
  std::size_t first = 0;
  std::size_t last = 0;

  [[nodiscard]] std::size_t size() const noexcept { return last - first; }
  bool operator==(const PairRange&) const = default;
};

/// Classes first to first + size - 1, whose weights turn together
/// (docs/notes/0014-turned-lanes.md); the size is a power of two.
struct ClassGroup {
  std::size_t first = 0;
  std::size_t size = 1;
};

/// The weights of one class group and one feature tile: a row block cut into group.size parts has
/// that of class group.first + q at place `offset` of part q.
struct Bundle {
  ClassGroup group;
  std::size_t feature_tile = 0;
  std::size_t offset = 0;
};

/// A rows x features data matrix with `classes` outputs, cut into tiles.
///
/// Two consecutive row tiles share a ciphertext as real and imaginary part; an odd last one stands
/// alone. The weights, classes x features numbers, are one "packed" ciphertext: weight (k, g) with
/// g = t * f + j lies at slot r * j + place(bundle of (k, t), k), all other slots are zero. That
/// takes a place in a part for every bundle.
struct Tiling {
  TileShape tile;
  std::size_t rows = 0;
  std::size_t features = 0;  ///< columns of X, bias included
  std::size_t classes = 0;
  /// The most classes of a group, a power of two; 1: lanes are folded and spread one by one.
  std::size_t class_group = 1;

  [[nodiscard]] std::size_t row_tiles() const noexcept {
    return (rows + tile.rows - 1) / tile.rows;
  }
  [[nodiscard]] std::size_t row_pairs() const noexcept { return (row_tiles() + 1) / 2; }
  [[nodiscard]] std::size_t feature_tiles() const noexcept {
    return (features + tile.features - 1) / tile.features;
  }
  /// Pairs of class and feature tile, one ciphertext of spread weights each.
  [[nodiscard]] std::size_t lanes() const noexcept { return classes * feature_tiles(); }
  [[nodiscard]] std::size_t lane(std::size_t k, std::size_t t) const noexcept {
    return k * feature_tiles() + t;
  }
  /// True if some ciphertext carries a second row tile in its imaginary part.
  [[nodiscard]] bool paired() const noexcept { return row_tiles() > 1; }
  /// True if pair p has an imaginary part.
  [[nodiscard]] bool has_second(std::size_t p) const noexcept { return 2 * p + 1 < row_tiles(); }
  [[nodiscard]] PairRange all_pairs() const noexcept { return {0, row_pairs()}; }
  /// Rows of the matrix that `pairs` hold.
  [[nodiscard]] std::size_t rows_in(PairRange pairs) const noexcept {
    const std::size_t pair = 2 * tile.rows;
    return std::min(rows, pairs.last * pair) - std::min(rows, pairs.first * pair);
  }
  [[nodiscard]] bool grouped() const noexcept { return class_group > 1 && classes > 1; }
  /// The classes in groups of class_group, then of the powers of two that the rest is a sum of.
  [[nodiscard]] std::vector<ClassGroup> class_groups() const;
  /// The group that class k belongs to.
  [[nodiscard]] ClassGroup group_of(std::size_t k) const noexcept;
  /// Rows of a tile that one part of `group` has.
  [[nodiscard]] std::size_t part_rows(const ClassGroup& group) const noexcept {
    return tile.rows / group.size;
  }
  /// One for each class group and feature tile, with offsets 0, 1, 2, ...
  [[nodiscard]] std::vector<Bundle> bundles() const;
  /// The row at which the weights of class k in `bundle` lie.
  [[nodiscard]] std::size_t place(const Bundle& bundle, std::size_t k) const noexcept {
    return (k - bundle.group.first) * part_rows(bundle.group) + bundle.offset;
  }
  /// True if the weights fit one packed ciphertext.
  [[nodiscard]] bool fits() const noexcept;
  bool operator==(const Tiling&) const = default;
};

}  // namespace blindfit::matrix
