// SPDX-License-Identifier: Apache-2.0
#include "blindfit/matrix/packing.h"

#include <gtest/gtest.h>

#include <numeric>

#include "blindfit/base/error.h"

namespace blindfit::matrix {
namespace {

// 11 rows in tiles of 4: row tiles 0..2, so pair 1 has no second half; 5 features in tiles of 4.
const Tiling kTiling{{4, 4}, 11, 5, 2};

std::vector<double> numbered(std::size_t count) {
  std::vector<double> v(count);
  std::iota(v.begin(), v.end(), 1.0);
  return v;
}

TEST(Tiling, CountsTilesPairsAndLanes) {
  EXPECT_EQ(kTiling.row_tiles(), 3U);
  EXPECT_EQ(kTiling.row_pairs(), 2U);
  EXPECT_EQ(kTiling.feature_tiles(), 2U);
  EXPECT_EQ(kTiling.lanes(), 4U);
  EXPECT_TRUE(kTiling.paired());
  EXPECT_TRUE(kTiling.has_second(0));
  EXPECT_FALSE(kTiling.has_second(1));
  EXPECT_TRUE(kTiling.fits());
  Tiling crowded = kTiling;
  crowded.classes = 3;
  EXPECT_FALSE(crowded.fits());
}

TEST(PackData, PutsRowTilesIntoRealAndImaginaryParts) {
  const std::vector<double> x = numbered(55);
  const MatrixView view{x.data(), 11, 5};
  for (std::size_t p = 0; p < 2; ++p) {
    for (std::size_t t = 0; t < 2; ++t) {
      const Slots slots = pack_data(kTiling, view, p, t);
      for (std::size_t j = 0; j < 4; ++j) {
        for (std::size_t i = 0; i < 4; ++i) {
          const std::size_t g = 4 * t + j;
          const std::size_t a = 8 * p + i;
          const double real = a < 11 && g < 5 ? view.at(a, g) : 0;
          const double imag = a + 4 < 11 && g < 5 ? view.at(a + 4, g) : 0;
          EXPECT_EQ(slots[4 * j + i], std::complex<double>(real, imag));
        }
      }
    }
  }
}

TEST(PackData, RejectsAnotherShape) {
  const std::vector<double> x(50);
  EXPECT_THROW(pack_data(kTiling, {x.data(), 10, 5}, 0, 0), base::Error);
}

TEST(PackLabels, RepeatsClassesOverFeatureBlocksInConjugateForm) {
  const std::vector<int> labels = {0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1};
  const Slots slots = pack_labels(kTiling, labels, 0.5, 1);
  for (std::size_t j = 0; j < 4; ++j) {
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t row = 8 + i;
      const double real = row < 11 ? (labels[row] == static_cast<int>(j % 2) ? 0.5 : -0.5) : 0;
      EXPECT_EQ(slots[4 * j + i], std::complex<double>(real, 0));
    }
  }
  const Slots first = pack_labels(kTiling, labels, 0.5, 0);
  EXPECT_EQ(first[0], std::complex<double>(0.5, 0.5));  // row 0 is class 0, row 4 is not
  EXPECT_EQ(first[4], std::complex<double>(-0.5, -0.5));
}

TEST(PackWeights, RoundTripsAndLeavesOtherSlotsZero) {
  const std::vector<double> w = numbered(10);
  Slots slots = pack_weights(kTiling, {w.data(), 2, 5});
  EXPECT_EQ(unpack_weights(kTiling, slots), w);
  EXPECT_EQ(largest_unused(kTiling, slots), 0);
  slots[4 * 1 + 1] = 7;  // lane (0, 1) of feature 5, which does not exist
  EXPECT_EQ(largest_unused(kTiling, slots), 7);
  slots[0] += std::complex<double>(0, 9);
  EXPECT_EQ(largest_unused(kTiling, slots), 9);
}

TEST(Weights, MayBeComplexWhereNoConjugationCancelsTheirImaginaryParts) {
  Tiling alone = kTiling;
  alone.rows = alone.tile.rows;
  ASSERT_FALSE(alone.paired());
  const std::vector<double> w(10, 1.0);
  Slots slots = pack_weights(alone, {w.data(), 2, 5});
  slots[0] += std::complex<double>(0, 9);
  EXPECT_EQ(largest_unused(alone, slots), 0);
  slots[4 * 1 + 1] = std::complex<double>(0, 7);
  EXPECT_EQ(largest_unused(alone, slots), 7);
}

TEST(Masks, SelectOneLaneAndOneClass) {
  const std::vector<double> lane = lane_mask(kTiling, 3, 0.5);
  const std::vector<double> label = label_mask(kTiling, 1, 2.0);
  for (std::size_t s = 0; s < 16; ++s) {
    EXPECT_EQ(lane[s], s % 4 == 3 ? 0.5 : 0.0);
    EXPECT_EQ(label[s], s / 4 % 2 == 1 ? 2.0 : 0.0);
  }
}

}  // namespace
}  // namespace blindfit::matrix
