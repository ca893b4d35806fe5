// SPDX-License-Identifier: Apache-2.0
// Where the training circuit gets the tiles of X from: memory, or files that are read every time.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "blindfit/matrix/tiling.h"

namespace blindfit::learn {

/// Tiles (p, t) of consecutive row pairs at (p - first) * feature_tiles + t.
template <typename Value>
struct DataBlock {
  std::span<const Value> tiles;
  std::shared_ptr<const void> owner;  ///< keeps the tiles alive
};

template <typename Value>
struct DataSource {
  /// Row pairs that are asked for at once; fewer take less memory and do the same.
  std::size_t pairs_at_once = 1;
  std::function<DataBlock<Value>(matrix::PairRange)> read;
};

/// All tiles in memory, pair by pair.
template <typename Value>
DataSource<Value> resident_data(const matrix::Tiling& tiling, std::vector<Value> tiles) {
  const auto all = std::make_shared<const std::vector<Value>>(std::move(tiles));
  const std::size_t width = tiling.feature_tiles();
  return {tiling.row_pairs(), [all, width](matrix::PairRange pairs) {
            return DataBlock<Value>{
                std::span(*all).subspan(pairs.first * width, pairs.size() * width), all};
          }};
}

}  // namespace blindfit::learn
