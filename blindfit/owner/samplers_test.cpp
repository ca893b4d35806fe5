// SPDX-License-Identifier: Apache-2.0
// The generator cannot be seeded, so every statistical bound is set where chance fails it less than
// once in 10^8 runs.
#include "blindfit/owner/samplers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "blindfit/base/error.h"

namespace blindfit::owner {
namespace {

constexpr std::size_t kSamples = 300000;

/// Sum of (observed - expected)^2 / expected for `probabilities` that sum to 1.
double chi_square(std::span<const double> observed, std::span<const double> probabilities) {
  double total = 0;
  for (const double count : observed) {
    total += count;
  }
  double sum = 0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double expected = total * probabilities[i];
    sum += (observed[i] - expected) * (observed[i] - expected) / expected;
  }
  return sum;
}

TEST(SampleTernary, DrawsTheThreeValuesEquallyOften) {
  std::array<double, 3> counts{};
  for (const std::int8_t x : sample_ternary(kSamples)) {
    ASSERT_TRUE(x >= -1 && x <= 1);
    counts[static_cast<std::size_t>(x + 1)] += 1;
  }
  constexpr std::array<double, 3> kThirds = {1.0 / 3, 1.0 / 3, 1.0 / 3};
  EXPECT_LT(chi_square(counts, kThirds), 42);  // two degrees of freedom: exp(-21)
  counts[1] *= 1.05;                           // control: one value five per cent too often
  EXPECT_GT(chi_square(counts, kThirds), 42);
}

TEST(SampleTernary, DrawsNeighboursIndependently) {
  const std::vector<std::int8_t> values = sample_ternary(kSamples);
  std::array<double, 9> counts{};
  std::array<double, 9> probabilities{};
  probabilities.fill(1.0 / 9);
  for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
    counts[static_cast<std::size_t>(3 * (values[i] + 1) + values[i + 1] + 1)] += 1;
  }
  EXPECT_LT(chi_square(counts, probabilities), 65);  // eight degrees of freedom
}

TEST(SampleTernary, DrawsAnewEveryTime) {
  EXPECT_NE(sample_ternary(256), sample_ternary(256));
  EXPECT_TRUE(sample_ternary(0).empty());
}

class GaussianSample : public ::testing::Test {
 protected:
  static constexpr std::int64_t kCells = 10;  // -10 .. 10 and the two tails

  static std::array<double, 2 * kCells + 3> cells(std::span<const std::int64_t> values) {
    std::array<double, 2 * kCells + 3> counts{};
    for (const std::int64_t x : values) {
      counts[static_cast<std::size_t>(std::clamp(x, -kCells - 1, kCells + 1) + kCells + 1)] += 1;
    }
    return counts;
  }
  static std::array<double, 2 * kCells + 3> probabilities(double sigma) {
    std::array<double, 2 * kCells + 3> weights{};
    double total = 0;
    for (std::int64_t x = -40; x <= 40; ++x) {
      const double weight = std::exp(-static_cast<double>(x * x) / (2 * sigma * sigma));
      weights[static_cast<std::size_t>(std::clamp(x, -kCells - 1, kCells + 1) + kCells + 1)] +=
          weight;
      total += weight;
    }
    for (double& w : weights) {
      w /= total;
    }
    return weights;
  }

  std::vector<std::int64_t> values_ = sample_gaussian(kSamples);
};

TEST_F(GaussianSample, HasTheMomentsOfTheErrorDistribution) {
  double sum = 0;
  double squares = 0;
  double fourth = 0;
  for (const std::int64_t x : values_) {
    const auto v = static_cast<double>(x);
    sum += v;
    squares += v * v;
    fourth += v * v * v * v;
  }
  constexpr auto kCount = static_cast<double>(kSamples);
  const double variance = kErrorSigma * kErrorSigma;
  EXPECT_LT(std::abs(sum / kCount), 7 * kErrorSigma / std::sqrt(kCount));
  EXPECT_LT(std::abs(squares / kCount / variance - 1), 7 * std::sqrt(2 / kCount));
  // The fourth moment of a Gaussian is 3 sigma^4, and that of the eighth 105: its sample deviates
  // by sqrt(96 / n) / 3 of it.
  EXPECT_LT(std::abs(fourth / kCount / (3 * variance * variance) - 1),
            7 * std::sqrt(96 / kCount) / 3);
}

TEST_F(GaussianSample, FollowsTheDensityAtEveryValue) {
  const auto counts = cells(values_);
  EXPECT_LT(chi_square(counts, probabilities(kErrorSigma)), 85);  // 22 degrees of freedom
  // Controls: another width, and a sampler that confuses the sign of zero with its magnitude.
  EXPECT_GT(chi_square(counts, probabilities(3.1)), 85);
  auto doubled = counts;
  doubled[kCells + 1] *= 2;
  EXPECT_GT(chi_square(doubled, probabilities(kErrorSigma)), 85);
}

TEST_F(GaussianSample, StaysWithinTwelveDeviationsAndReachesFour) {
  const auto [least, largest] = std::minmax_element(values_.begin(), values_.end());
  EXPECT_GE(*least, -39);
  EXPECT_LE(*largest, 39);
  // P(x > 12.8) = 3e-5: all of 300,000 staying below has a chance of e^-9 a side, below 11 none.
  EXPECT_LT(*least, -10);
  EXPECT_GT(*largest, 10);
}

TEST(SparseSampler, PlacesExactlyTheWeight) {
  for (const std::size_t weight : {0U, 1U, 32U, 64U}) {
    const std::vector<std::int8_t> x = sample_sparse(64, weight);
    std::size_t found = 0;
    for (const std::int8_t c : x) {
      EXPECT_TRUE(c >= -1 && c <= 1);
      found += c != 0 ? 1 : 0;
    }
    EXPECT_EQ(found, weight);
  }
  EXPECT_THROW(sample_sparse(8, 9), blindfit::base::Error);
}

TEST(SparseSampler, IsUniformOverPositionsAndSigns) {
  // 4096 draws of weight 8 of 64: every position is taken about 512 times, half of them with +1.
  constexpr int kDraws = 4096;
  std::vector<int> taken(64);
  int sum = 0;
  for (int i = 0; i < kDraws; ++i) {
    const std::vector<std::int8_t> x = sample_sparse(64, 8);
    for (std::size_t k = 0; k < 64; ++k) {
      taken[k] += x[k] != 0 ? 1 : 0;
      sum += x[k];
    }
  }
  // Seven standard deviations: sqrt(4096 / 8 * 7 / 8) = 21.2 and sqrt(4096 * 8) = 181.
  for (const int count : taken) {
    EXPECT_NEAR(count, kDraws / 8, 7 * 21.2);
  }
  EXPECT_NEAR(sum, 0, 7 * 181);
}

}  // namespace
}  // namespace blindfit::owner
