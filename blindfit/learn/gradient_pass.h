// SPDX-License-Identifier: Apache-2.0
// From errors of a batch to the packed gradient: the second half of a training step
// (docs/notes/0005-training-circuit.md, 0014-turned-lanes.md). Machines: training_circuit.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "blindfit/learn/data_source.h"
#include "blindfit/learn/forward_pass.h"
#include "blindfit/learn/training_spec.h"

namespace blindfit::learn {

/// What the owner uploads. Unused entries are empty.
template <typename Value>
struct TrainingInputs {
  DataSource<Value> data;
  std::vector<Value> labels;            ///< one per pair, conjugate form, Y - label_offset
  std::vector<Value> label_products;    ///< B (Y - label_offset)^T X of each batch, packed
  std::optional<Value> preconditioner;  ///< B, packed
  std::optional<Value> start;           ///< W_0, packed
};

template <typename Machine>
class GradientPass {
 public:
  using Value = typename Machine::Value;
  using Sum = typename Machine::Sum;
  using Tiles = std::span<const Value>;
  /// E of a block of row pairs in conjugate form: (pair, lane's k) at (p - first) * classes + k.
  using Errors = std::vector<std::optional<Value>>;

  /// Both must outlive the pass.
  GradientPass(Machine& machine, const TrainingSpec& spec)
      : m_(machine), spec_(spec), bundles_(spec.tiling.bundles()) {}

  /// coefficient * B * Re(E^T X) over `pairs`, packed. make_errors(block, tiles) returns E of a
  /// block; every tile is read once.
  template <typename MakeErrors>
  Value project(const TrainingInputs<Value>& in, matrix::PairRange pairs,
                const MakeErrors& make_errors, double coefficient) {
    const auto& tiling = spec_.tiling;
    // Re x = (x + conj x) / 2: the half goes into the masks.
    const double value = tiling.paired() ? coefficient / 2 : coefficient;
    std::vector<Sum> lanes(tiling.lanes());
    for (std::size_t first = pairs.first; first < pairs.last; first += in.data.pairs_at_once) {
      const matrix::PairRange block{first, std::min(pairs.last, first + in.data.pairs_at_once)};
      const DataBlock<Value> data = in.data.read(block);
      const Errors errors = make_errors(block, data.tiles);
      const auto add = [&](std::size_t lane) {
        add_products(data.tiles, errors, lane, lanes[lane]);
      };
      if (block.last < pairs.last) {
        m_.parallel_for(lanes.size(), add);
      } else {
        return pack(in, lanes, add, value);
      }
    }
    throw base::Error(base::ErrorCode::kInvalidArgument, "a batch must have row pairs: 0");
  }

 private:
  /// Finishes every lane with `add`, and from then on bundle by bundle.
  template <typename Add>
  Value pack(const TrainingInputs<Value>& in, std::vector<Sum>& lanes, const Add& add,
             double value) {
    std::vector<Sum> packed(bundles_.size());
    m_.parallel_for(bundles_.size(), [&](std::size_t n) {
      const matrix::Bundle& bundle = bundles_[n];
      const Value folded =
          m_.fold(gather(lanes, add, bundle),
                  matrix::fold_to_lane(spec_.tiling.part_rows(bundle.group), bundle.offset));
      packed[n] = masked(in, folded, BundleMask{bundle, value});
    });
    Sum total;
    for (Sum& sum : packed) {
      m_.add_sum(total, std::move(sum));
    }
    const Value out = m_.finish(std::move(total));
    return spec_.tiling.paired() ? m_.add(out, m_.conjugate(out)) : out;
  }

  /// E^T X of a bundle, row by row: class first + q in part q, whatever part its rows came from.
  template <typename Add>
  Value gather(std::vector<Sum>& lanes, const Add& add, const matrix::Bundle& bundle) {
    const std::size_t first = bundle.group.first;
    const std::size_t size = bundle.group.size;
    const auto finish = [&](std::size_t s) {
      const std::size_t lane = spec_.tiling.lane(first + s, bundle.feature_tile);
      add(lane);
      return m_.finish(std::move(lanes[lane]));
    };
    const Value straight = finish(0);
    if (!spec_.tiling.grouped()) {
      return straight;
    }
    const std::size_t level = m_.level(straight);
    if (size == 1) {
      return m_.drop(straight, level - 1);
    }
    const double scale = m_.modulus(level);  // so that the product's is that of `straight`
    Sum kept;
    m_.add_multiple(kept, straight, 1, scale);
    // Turned back by s parts, the first s parts hold what belongs to the feature block before.
    Sum shifted;
    for (std::size_t s = 1; s < size; ++s) {
      const auto back = static_cast<std::int64_t>(s * spec_.tiling.part_rows(bundle.group));
      const Value turned = m_.rotate(finish(s), {-back});
      m_.add_masked(kept, turned, PartMask{{size, s, size}}, scale);
      m_.add_masked(shifted, turned, PartMask{{size, 0, s}}, scale);
    }
    const auto block = static_cast<std::int64_t>(spec_.tiling.tile.rows);
    return m_.add(m_.finish(std::move(kept)), m_.rotate(m_.finish(std::move(shifted)), {block}));
  }

  /// E^T X of one lane over a block's pairs, row by row.
  void add_products(Tiles tiles, const Errors& errors, std::size_t lane, Sum& sum) {
    const auto& tiling = spec_.tiling;
    const std::size_t width = tiling.feature_tiles();
    const std::size_t k = lane / width;
    const std::size_t t = lane % width;
    for (std::size_t p = 0; p * width < tiles.size(); ++p) {
      m_.add_product(sum, tiles[p * width + t], *errors[p * tiling.classes + k]);
    }
  }

  /// `folded` times the mask, and times B where it is encrypted; unrescaled, at the spec's scale
  /// once rescaled.
  Sum masked(const TrainingInputs<Value>& in, const Value& folded, const BundleMask& mask) {
    const std::size_t level = m_.level(folded);
    const double scale = factor_scale(m_, spec_.scale, m_.scale(folded), level);
    Sum sum;
    if (!in.preconditioner) {
      m_.add_masked(sum, folded, mask, scale);
      return sum;
    }
    const Value dropped = m_.drop(*in.preconditioner, level + 1);
    Sum bundle;
    m_.add_masked(bundle, dropped, mask, factor_scale(m_, scale, m_.scale(dropped), level + 1));
    m_.add_product(sum, m_.finish(std::move(bundle)), folded);
    return sum;
  }

  Machine& m_;
  const TrainingSpec& spec_;
  std::vector<matrix::Bundle> bundles_;
};

}  // namespace blindfit::learn
