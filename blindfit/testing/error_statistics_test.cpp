// SPDX-License-Identifier: Apache-2.0
// What measures must itself be measured.
#include "blindfit/testing/error_statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "blindfit/testing/engine.h"

namespace blindfit::testing {
namespace {

TEST(WorstError, SeesEveryPartOfEverySlot) {
  const ckks::Slots expected = random_slots(100, 1, 1);
  EXPECT_EQ(worst_error(expected, expected), 0);
  for (const std::size_t j : {0U, 57U, 99U}) {
    for (const std::complex<double> error :
         {std::complex<double>(0.25, 0), {-0.25, 0}, {0, 0.25}, {0, -0.25}, {0.25, -0.125}}) {
      ckks::Slots measured = expected;
      measured[j] += error;
      EXPECT_NEAR(worst_error(measured, expected), 0.25, 1e-15);
    }
  }
}

TEST(WorstError, IsInfiniteForNumbersThatAreNotAndRejectsUnequalSizes) {
  const ckks::Slots expected(3);
  ckks::Slots measured(3);
  measured[2] = {0, std::nan("")};
  EXPECT_EQ(worst_error(measured, expected), std::numeric_limits<double>::infinity());
  EXPECT_THROW(worst_error(ckks::Slots(2), expected), base::Error);
}

TEST(RandomSlots, FillTheirRangeAndFollowTheSeed) {
  const ckks::Slots a = random_slots(4096, 3, 1);
  EXPECT_EQ(a, random_slots(4096, 3, 1));
  EXPECT_NE(a, random_slots(4096, 3, 2));
  const double largest = worst_error(a, ckks::Slots(a.size()));
  EXPECT_LE(largest, 3);
  EXPECT_GT(largest, 2.99);
  std::complex<double> sum = 0;
  for (const std::complex<double> v : a) {
    sum += v;
  }
  // The mean of 4096 values of standard deviation sqrt 3: five deviations are 0.14.
  EXPECT_LT(std::abs(sum.real()) / 4096, 0.14);
  EXPECT_LT(std::abs(sum.imag()) / 4096, 0.14);
}

TEST(Moments, AreThoseOfTheSamples) {
  Moments moments;
  moments.add(std::vector<double>{1, -2});
  moments.add(std::vector<double>{3});
  EXPECT_EQ(moments.count(), 3U);
  EXPECT_DOUBLE_EQ(moments.mean(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(moments.variance(), 14.0 / 3);
}

TEST(WithinASixteenth, MeansTheSixteenthOfThePrediction) {
  EXPECT_TRUE(within_a_sixteenth(16.9, 16));
  EXPECT_TRUE(within_a_sixteenth(15.1, 16));
  EXPECT_FALSE(within_a_sixteenth(17.1, 16));
  EXPECT_FALSE(within_a_sixteenth(14.9, 16));
  EXPECT_FALSE(within_a_sixteenth(std::nan(""), 16));
}

TEST(CentredCoefficients, AreThoseThatWereSetAtEveryLevel) {
  const Engine engine({10, {50, 40, 40}, {50}, 1});
  for (const std::int64_t largest : {std::int64_t{1} << 48, std::int64_t{1} << 62}) {
    std::vector<std::int64_t> coefficients(engine.context().ring().n());
    coefficients[0] = largest;
    coefficients[1] = -largest;
    coefficients[2] = -1;
    for (std::size_t limbs = largest >> 49 == 0 ? 1 : 2; limbs <= 3; ++limbs) {
      ring::Poly poly(coefficients.size(), limbs, 0, ring::Domain::kCoefficient);
      ring::set_signed_coefficients(engine.context().ring(), coefficients, poly);
      ring::to_evaluation(engine.context().ring(), poly);
      const std::vector<double> measured = centred_coefficients(engine.context(), poly);
      for (std::size_t k = 0; k < measured.size(); ++k) {
        ASSERT_EQ(measured[k], static_cast<double>(coefficients[k]));
      }
    }
  }
}

}  // namespace
}  // namespace blindfit::testing
