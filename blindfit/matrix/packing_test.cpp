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

TEST(Masks, SelectOneBundleAndOneClass) {
  const std::vector<double> lane = bundle_mask(kTiling, kTiling.bundles()[3], 0.5);
  const std::vector<double> label = label_mask(kTiling, 1, 2.0);
  for (std::size_t s = 0; s < 16; ++s) {
    EXPECT_EQ(lane[s], s % 4 == 3 ? 0.5 : 0.0);
    EXPECT_EQ(label[s], s / 4 % 2 == 1 ? 2.0 : 0.0);
  }
}

// Blocks of 16 rows, two feature tiles, eleven classes in groups of 4, 4, 2 and 1.
const Tiling kGrouped{{64, 16}, 60, 30, 11, 4};

TEST(ClassGroups, CoverAllClassesByPowersOfTwo) {
  const std::vector<ClassGroup> groups = kGrouped.class_groups();
  ASSERT_EQ(groups.size(), 4U);
  EXPECT_EQ(groups[1].first, 4U);
  EXPECT_EQ(groups[2].size, 2U);
  EXPECT_EQ(groups[3].first, 10U);
  for (std::size_t k = 0; k < 11; ++k) {
    const ClassGroup group = kGrouped.group_of(k);
    EXPECT_LE(group.first, k);
    EXPECT_LT(k, group.first + group.size);
    for (std::size_t q = 0; q < group.size; ++q) {
      EXPECT_EQ(class_in_part(group, k, q) - group.first, (q + k - group.first) % group.size);
    }
  }
  EXPECT_TRUE(kGrouped.fits());
  Tiling crowded = kGrouped;
  crowded.features = 80;  // 20 bundles, 16 places in a part
  EXPECT_FALSE(crowded.fits());
  crowded.features = 30;
  crowded.class_group = 3;
  EXPECT_FALSE(crowded.fits());
}

TEST(PackWeights, GivesEveryWeightOfGroupsAPlaceOfItsOwn) {
  const std::vector<double> w = numbered(11 * 30);
  const Slots slots = pack_weights(kGrouped, {w.data(), 11, 30});
  EXPECT_EQ(unpack_weights(kGrouped, slots), w);
  EXPECT_EQ(largest_unused(kGrouped, slots), 0);
  // Weight (5, 20) is feature 4 of tile 1, class 1 of group 1: part 1, offset 2 * 1 + 1.
  EXPECT_EQ(slots[64 * 4 + 16 + 3].real(), w[5 * 30 + 20]);
}

TEST(Masks, OfBundlesCoverEveryWeightOnce) {
  std::vector<double> sum(kGrouped.tile.slots(), 0.0);
  for (const Bundle& bundle : kGrouped.bundles()) {
    const std::vector<double> mask = bundle_mask(kGrouped, bundle, 1);
    for (std::size_t s = 0; s < sum.size(); ++s) {
      sum[s] += mask[s];
    }
  }
  const std::vector<double> ones(11 * 30, 1.0);
  const Slots weights = pack_weights(kGrouped, {ones.data(), 11, 30});
  for (std::size_t s = 0; s < sum.size(); ++s) {
    EXPECT_LE(sum[s], 1);
    EXPECT_GE(sum[s], weights[s].real());  // and the padding of the last feature tile
  }
}

TEST(Masks, OfPartsTakeTheSameRowsOfEveryBlock) {
  const std::vector<double> mask = part_mask({8, 2}, {4, 1, 3});
  for (std::size_t s = 0; s < 16; ++s) {
    EXPECT_EQ(mask[s], s % 8 >= 2 && s % 8 < 6 ? 1.0 : 0.0);
  }
}

TEST(Masks, OfLabelsTurnWithTheirLane) {
  const std::vector<double> mask = label_mask(kGrouped, 5, 2.0);  // lane 1 of classes 4 to 7
  for (std::size_t j = 0; j < 16; ++j) {
    for (std::size_t i = 0; i < 64; ++i) {
      EXPECT_EQ(mask[64 * j + i], j == 4 + (i / 16 + 1) % 4 ? 2.0 : 0.0);
    }
  }
}

}  // namespace
}  // namespace blindfit::matrix
