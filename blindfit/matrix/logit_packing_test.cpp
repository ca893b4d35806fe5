// SPDX-License-Identifier: Apache-2.0
#include "blindfit/matrix/logit_packing.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "blindfit/base/error.h"

namespace blindfit::matrix {
namespace {

// Row tiles 0..2 of 4 rows, so pair 1 has no second one; 7 classes in 4 feature blocks: two parts.
const Tiling kTiling{{4, 4}, 11, 5, 7};

/// Logit (row, k), all different and none zero.
double logit(std::size_t row, std::size_t k) {
  return 1 + static_cast<double>(10 * row + k);
}

/// What inference leaves: zero where no logit belongs.
Slots packed(const Tiling& tiling, const LogitPart& which) {
  const auto [r, f] = tiling.tile;
  Slots slots(tiling.tile.slots());
  for (std::size_t k = which.part * f; k < std::min(tiling.classes, (which.part + 1) * f); ++k) {
    for (std::size_t i = 0; i < r; ++i) {
      const ClassGroup group = tiling.group_of(k);
      const std::size_t held = class_in_part(group, k, i / tiling.part_rows(group));
      const auto at = [&](std::size_t row) { return row < tiling.rows ? logit(row, held) : 0.0; };
      slots[r * (k % f) + i] = {at(2 * which.pair * r + i), at((2 * which.pair + 1) * r + i)};
    }
  }
  return slots;
}

void expect_round_trip(const Tiling& tiling) {
  std::vector<double> logits(tiling.rows * tiling.classes);
  for (std::size_t pair = 0; pair < tiling.row_pairs(); ++pair) {
    for (std::size_t part = 0; part < logit_parts(tiling); ++part) {
      const Slots slots = packed(tiling, {pair, part});
      unpack_logits(tiling, {pair, part}, slots, logits);
      EXPECT_EQ(largest_unused_logit(tiling, {pair, part}, slots), 0);
    }
  }
  for (std::size_t i = 0; i < tiling.rows; ++i) {
    for (std::size_t k = 0; k < tiling.classes; ++k) {
      EXPECT_EQ(logits[i * tiling.classes + k], logit(i, k)) << i << ' ' << k;
    }
  }
}

TEST(LogitPacking, ComesBackRowByRow) {
  EXPECT_EQ(logit_parts(kTiling), 2U);
  expect_round_trip(kTiling);
  Tiling grouped = kTiling;
  grouped.class_group = 4;
  expect_round_trip(grouped);
  Tiling single = kTiling;
  single.rows = 3;
  expect_round_trip(single);
}

TEST(LogitPacking, RefusesAnotherNumberOfLogits) {
  std::vector<double> logits(3);
  EXPECT_THROW(unpack_logits(kTiling, {0, 0}, packed(kTiling, {0, 0}), logits), base::Error);
}

TEST(LogitPacking, SeesWhatStandsWhereNoLogitBelongs) {
  const auto with = [](std::size_t part, std::size_t slot, std::complex<double> value) {
    Slots slots = packed(kTiling, {1, part});
    slots[slot] = value;
    return largest_unused_logit(kTiling, {1, part}, slots);
  };
  EXPECT_EQ(with(1, 4 * 3, {0.5, 0}), 0.5);  // a block without a class
  EXPECT_EQ(with(0, 3, {-0.25, 0}), 0.25);   // row 11 of 0..10
  EXPECT_EQ(with(0, 0, {1, 0.125}), 0.125);  // imaginary part without a second row tile
  EXPECT_EQ(with(0, 0, {1000, 0}), 0);       // a logit may be anything
}

TEST(SpreadWeights, HoldsOneClassInEveryRowUnlessClassesAreGrouped) {
  std::vector<double> weights;
  for (int i = 0; i < 35; ++i) {
    weights.push_back(i);
  }
  const MatrixView view{weights.data(), 7, 5};
  const std::vector<double> last = spread_weights(kTiling, view, 3, 1);
  for (std::size_t s = 0; s < last.size(); ++s) {
    EXPECT_EQ(last[s], s < 4 ? view.at(3, 4) : 0.0) << s;  // feature 4 is alone in tile 1
  }
  Tiling grouped = kTiling;
  grouped.class_group = 2;
  const std::vector<double> turned = spread_weights(grouped, view, 1, 0);
  EXPECT_EQ(turned[0], view.at(1, 0));
  EXPECT_EQ(turned[2], view.at(0, 0));
  EXPECT_EQ(turned[4], view.at(1, 1));
  EXPECT_THROW(spread_weights(kTiling, {weights.data(), 5, 7}, 0, 0), base::Error);
}

TEST(BlockMask, IsOneBlock) {
  EXPECT_EQ(block_mask({2, 4}, 1, 3), (std::vector<double>{0, 0, 3, 3, 0, 0, 0, 0}));
}

}  // namespace
}  // namespace blindfit::matrix
