// SPDX-License-Identifier: Apache-2.0
// From packed weights and tiles of data to logits: the first half of a training step, and all of
// inference (docs/notes/0004-tiles.md, 0005-training-circuit.md). Machines: training_circuit.h.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "blindfit/matrix/fold.h"
#include "blindfit/matrix/packing.h"

namespace blindfit::learn {

/// `value` at one lane of every feature block, or at the feature blocks of one class.
struct LaneMask {
  std::size_t lane = 0;
  double value = 1;
};
struct LabelMask {
  std::size_t k = 0;
  double value = 1;
};

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
  /// where logits come in pairs. One level; 3 log4(tile rows) rotations a lane.
  Lanes spread(const Value& packed, double factor) {
    const double value = tiling_.paired() ? factor / 2 : factor;
    Lanes lanes(tiling_.lanes());
    m_.parallel_for(lanes.size(), [&](std::size_t lane) {
      Sum sum;
      m_.add_masked(sum, packed, LaneMask{lane, value},
                    factor_scale(m_, scale_, m_.scale(packed), m_.level(packed)));
      lanes[lane] =
          m_.fold(m_.finish(std::move(sum)), matrix::spread_from_lane(tiling_.tile.rows, lane));
    });
    return lanes;
  }

  /// The logits of class k, replicated over features: z_a alone, or (z_a + i z_b) / 2 where row
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
  Machine& m_;
  const matrix::Tiling& tiling_;
  double scale_;
};

}  // namespace blindfit::learn
