// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/failure_probability.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "blindfit/testing/insecure_parameters.h"

namespace blindfit::bootstrap {
namespace {

TEST(UniformSumTail, FollowsClosedFormsOfShortSums) {
  // One number: 2 (1/2 - b). Two: the triangle, (1 - b)^2.
  EXPECT_NEAR(log2_uniform_sum_tail(1, 0.25), -1, 1e-12);
  EXPECT_NEAR(log2_uniform_sum_tail(2, 0.75), -4, 1e-12);
  EXPECT_NEAR(log2_uniform_sum_tail(3, 0), 0, 1e-12);
  EXPECT_TRUE(std::isinf(log2_uniform_sum_tail(3, 1.5)));
}

TEST(UniformSumTail, AgreesWithSimulation) {
  // 33 numbers beyond 4.5: the sum that raising adds, at an interval that is small enough to see.
  constexpr int kSums = 400000;
  std::mt19937_64 generator(1);
  std::uniform_real_distribution<double> uniform(-0.5, 0.5);
  int beyond = 0;
  for (int i = 0; i < kSums; ++i) {
    double sum = 0;
    for (int k = 0; k < 33; ++k) {
      sum += uniform(generator);
    }
    beyond += std::abs(sum) > 4.5 ? 1 : 0;
  }
  const double expected = std::exp2(log2_uniform_sum_tail(33, 4.5)) * kSums;
  EXPECT_GT(expected, 1000);
  EXPECT_NEAR(beyond, expected, 6 * std::sqrt(expected));
  EXPECT_GT(std::abs(beyond - std::exp2(log2_uniform_sum_tail(32, 4.5)) * kSums),
            2 * std::sqrt(expected));
}

TEST(FailureProbability, IsBelowTwoToTheMinusFortyForTenThousandRefreshes) {
  for (const BootstrapLiteral& literal : {set_a(), set_t14(), set_t16()}) {
    const BootstrapParameters parameters = BootstrapParameters::make(literal).value();
    EXPECT_LT(log2_interval_failure(parameters, 1e4), -40);
    for (unsigned log_slots = 9; log_slots <= 15; ++log_slots) {
      EXPECT_LT(log2_overflow_failure(parameters, log_slots, 1, 1e4), -40) << log_slots;
    }
  }
}

TEST(FailureProbability, SeesASmallerInterval) {
  BootstrapLiteral literal = set_a();
  literal.interval = 12;
  const BootstrapParameters parameters = BootstrapParameters::make(literal).value();
  EXPECT_GT(log2_interval_failure(parameters, 1e4), -40);
  EXPECT_GT(log2_overflow_failure(parameters, 15, 4, 1e4), -40);
}

}  // namespace
}  // namespace blindfit::bootstrap
