// SPDX-License-Identifier: Apache-2.0
// From packed weights and tiles of data to logits: the first half of a training step, and all of
// inference (docs/notes/0004-tiles.md, 0005-training-circuit.md). Machines: training_circuit.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "blindfit/learn/masks.h"
#include "blindfit/matrix/fold.h"

namespace blindfit::learn {

/// The scale that a factor of something at scale `other` needs for their product, rescaled at
/// `level`, to have `target`.
template <typename Machine>
double factor_scale(const Machine& machine, double target, double other, std::size_t level) {
  return target * machine.modulus(level) / other;
}

template <typename Machine>
class ForwardPass {
 public:
  using Value = typename Machine::Value;
  using Sum = typename Machine::Sum;
  /// One a lane, all slots of a row's feature block alike.
  using Lanes = std::vector<std::optional<Value>>;

  /// Weights come out at `scale`. The machine must outlive the pass.
  ForwardPass(Machine& machine, const matrix::Tiling& tiling, double scale)
      : m_(machine), tiling_(tiling), scale_(scale) {}

  /// Every lane of the packed weights, times `factor`, spread over the rows of its blocks; halved
  /// where logits come in pairs. Lane (k, t) of a group has class matrix::class_in_part in each
  /// part of the rows. Takes spread_depth levels; 3 log4(part rows) rotations a bundle and two a
  /// turned lane.
  Lanes spread(const Value& packed, double factor) {
    const double value = tiling_.paired() ? factor / 2 : factor;
    const std::vector<matrix::Bundle> bundles = tiling_.bundles();
    Lanes lanes(tiling_.lanes());
    m_.parallel_for(bundles.size(), [&](std::size_t n) {
      const matrix::Bundle& bundle = bundles[n];
      Sum sum;
      m_.add_masked(sum, packed, BundleMask{bundle, value},
                    factor_scale(m_, scale_, m_.scale(packed), m_.level(packed)));
      const Value straight =
          m_.fold(m_.finish(std::move(sum)),
                  matrix::spread_from_lane(tiling_.part_rows(bundle.group), bundle.offset));
      turn(straight, bundle, lanes);
    });
    return lanes;
  }

  /// The logits of lane k, replicated over features: z_a alone, or (z_a + i z_b) / 2 where row
  /// tiles are paired. `tiles` are those of one row pair. One level.
  Value logits(std::span<const Value> tiles, const Lanes& lanes, std::size_t k) {
    Sum products;
    for (std::size_t t = 0; t < tiles.size(); ++t) {
      m_.add_product(products, tiles[t], *lanes[tiling_.lane(k, t)]);
    }
    return m_.fold(m_.finish(std::move(products)),
                   matrix::fold_stages(tiling_.tile.features, tiling_.tile.rows));
  }

 private:
  /// From part q of `straight` having class first + q to every lane of the bundle.
  void turn(const Value& straight, const matrix::Bundle& bundle, Lanes& lanes) {
    const std::size_t first = bundle.group.first;
    const std::size_t size = bundle.group.size;
    const auto lane = [&](std::size_t s) -> std::optional<Value>& {
      return lanes[tiling_.lane(first + s, bundle.feature_tile)];
    };
    if (!tiling_.grouped()) {
      lane(0) = straight;
      return;
    }
    const std::size_t level = m_.level(straight);
    lane(0) = m_.drop(straight, level - 1);
    if (size == 1) {
      return;
    }
    // Part q gets what lies s parts further on; the last s parts would get it from the next feature
    // block, so that this one's is put there first.
    const auto block = static_cast<std::int64_t>(tiling_.tile.rows);
    const Value shifted = m_.rotate(straight, {-block});
    const double scale = factor_scale(m_, scale_, m_.scale(straight), level);
    for (std::size_t s = 1; s < size; ++s) {
      Sum sum;
      m_.add_masked(sum, straight, PartMask{{size, s, size}}, scale);
      m_.add_masked(sum, shifted, PartMask{{size, 0, s}}, scale);
      const auto ahead = static_cast<std::int64_t>(s * tiling_.part_rows(bundle.group));
      lane(s) = m_.rotate(m_.finish(std::move(sum)), {ahead});
    }
  }

  Machine& m_;
  const matrix::Tiling& tiling_;
  double scale_;
};

}  // namespace blindfit::learn
