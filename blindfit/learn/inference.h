// SPDX-License-Identifier: Apache-2.0
// Logits of encrypted rows, packed to leave the cloud, by encrypted or by plain weights
// (docs/notes/0015-encrypted-inference.md). Machines: training_circuit.h.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "blindfit/learn/data_source.h"
#include "blindfit/learn/forward_pass.h"
#include "blindfit/matrix/logit_packing.h"

namespace blindfit::learn {

/// The level of the rows of a query: their product with weights, and the mask that packs logits.
inline constexpr std::size_t kQueryLevel = 2;

template <typename Machine>
class Inference {
 public:
  using Value = typename Machine::Value;
  using Sum = typename Machine::Sum;

  /// `rows` says how the query lies; its tiles are the machine's. Logits come out at `scale`, that
  /// of the weights and the rows. Both references must outlive this.
  Inference(Machine& machine, const matrix::Tiling& rows, double scale)
      : m_(machine), tiling_(rows), scale_(scale), forward_(machine, rows, scale) {}

  /// By packed weights at inference_depth: one value at level 0 for every row pair and part
  /// (matrix::LogitPart), part by part within a pair. Each block of rows is read once.
  std::vector<Value> operator()(const DataSource<Value>& data, const Value& packed) {
    const auto lanes = forward_.spread(packed, 1);
    // Spread weights are halved where logits come in pairs.
    return pack(data, tiling_.paired() ? 2 : 1,
                [&](Tiles tiles, std::size_t k) { return forward_.logits(tiles, lanes, k); });
  }

  /// The same by plain weights, classes x features.
  std::vector<Value> operator()(const DataSource<Value>& data, matrix::MatrixView weights) {
    return by_plain_lanes(data, [&](std::size_t k, std::size_t t) {
      return matrix::spread_weights(tiling_, weights, k, t);
    });
  }

  /// By what slots_of(k, t) gives for the weights of lane k and feature tile t.
  template <typename SlotsOf>
  std::vector<Value> by_plain_lanes(const DataSource<Value>& data, const SlotsOf& slots_of) {
    return pack(data, 1, [&](Tiles tiles, std::size_t k) {
      Sum products;
      for (std::size_t t = 0; t < tiles.size(); ++t) {
        const std::vector<double> slots = slots_of(k, t);
        m_.add_masked(products, tiles[t], PlainMask{slots},
                      factor_scale(m_, scale_, m_.scale(tiles[t]), m_.level(tiles[t])));
      }
      return m_.fold(m_.finish(std::move(products)),
                     matrix::fold_stages(tiling_.tile.features, tiling_.tile.rows));
    });
  }

 private:
  using Tiles = std::span<const Value>;

  /// make_logits(tiles of a row pair, k): those of lane k, times 1 / `value`, in every feature
  /// block.
  template <typename MakeLogits>
  std::vector<Value> pack(const DataSource<Value>& data, double value,
                          const MakeLogits& make_logits) {
    const std::size_t width = tiling_.feature_tiles();
    const std::size_t parts = matrix::logit_parts(tiling_);
    const std::size_t pairs = tiling_.row_pairs();
    std::vector<Value> out(pairs * parts);
    for (std::size_t first = 0; first < pairs; first += data.pairs_at_once) {
      const matrix::PairRange block{first, std::min(pairs, first + data.pairs_at_once)};
      const DataBlock<Value> rows = data.read(block);
      std::vector<Value> logits(block.size() * tiling_.classes);
      m_.parallel_for(logits.size(), [&](std::size_t n) {
        logits[n] = make_logits(rows.tiles.subspan(n / tiling_.classes * width, width),
                                n % tiling_.classes);
      });
      m_.parallel_for(block.size() * parts, [&](std::size_t n) {
        const auto of_pair =
            std::span<const Value>(logits).subspan(n / parts * tiling_.classes, tiling_.classes);
        out[first * parts + n] = pack_part(of_pair, n % parts, value);
      });
    }
    return out;
  }

  /// Lane k in feature block k mod f, for the lanes of one part.
  Value pack_part(std::span<const Value> logits, std::size_t part, double value) {
    const std::size_t f = tiling_.tile.features;
    const std::size_t end = std::min(tiling_.classes, (part + 1) * f);
    Sum sum;
    for (std::size_t k = part * f; k < end; ++k) {
      m_.add_masked(sum, logits[k], BlockMask{k % f, value},
                    factor_scale(m_, scale_, m_.scale(logits[k]), m_.level(logits[k])));
    }
    return m_.finish(std::move(sum));
  }

  Machine& m_;
  const matrix::Tiling& tiling_;
  double scale_;
  ForwardPass<Machine> forward_;
};

}  // namespace blindfit::learn
