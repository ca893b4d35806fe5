// SPDX-License-Identifier: Apache-2.0
// From packed weights and tiles of data to logits: the first half of a training step, and all of
// inference (docs/notes/0004-tiles.md, 0005-training-circuit.md). Machines: training_circuit.h.
#pragma once

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

/// Adds to `sum` a value whose parts are turned by s, from its rotations by matrix::turning_steps:
/// what stays in its feature block, and what comes back from the next one.
template <typename Machine>
void add_turned(Machine& machine, std::span<const typename Machine::Value> rotated,
                std::size_t parts, std::size_t s, double scale, typename Machine::Sum& sum) {
  machine.add_masked(sum, rotated[0], PartMask{{parts, 0, parts - s}}, scale);
  machine.add_masked(sum, rotated[1], PartMask{{parts, parts - s, parts}}, scale);
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

  /// Levels that spreading takes: a mask, and turning where classes are grouped.
  [[nodiscard]] static std::size_t spread_depth(const matrix::Tiling& tiling) {
    return tiling.grouped() ? 2 : 1;
  }

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
    const auto [first, size] = bundle.group;
    const auto lane = [&](std::size_t s) -> std::optional<Value>& {
      return lanes[tiling_.lane(first + s, bundle.feature_tile)];
    };
    if (!tiling_.grouped()) {
      lane(0) = straight;
      return;
    }
    const std::size_t level = m_.level(straight);
    lane(0) = m_.drop(straight, level - 1);
    const std::vector<Value> rotated = rotate_for_all_turns(straight, bundle.group);
    const double scale = factor_scale(m_, scale_, m_.scale(straight), level);
    for (std::size_t s = 1; s < size; ++s) {
      Sum sum;
      add_turned(m_, std::span(rotated).subspan(2 * s - 2, 2), size, s, scale, sum);
      lane(s) = m_.finish(std::move(sum));
    }
  }

  std::vector<Value> rotate_for_all_turns(const Value& straight, const matrix::ClassGroup& group) {
    std::vector<ckks::Steps> steps;
    for (std::size_t s = 1; s < group.size; ++s) {
      const auto pair = matrix::turning_steps(group.size, tiling_.part_rows(group), s);
      steps.insert(steps.end(), pair.begin(), pair.end());
    }
    return m_.rotations(straight, steps);
  }

  Machine& m_;
  const matrix::Tiling& tiling_;
  double scale_;
};

}  // namespace blindfit::learn
