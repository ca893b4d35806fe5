// SPDX-License-Identifier: Apache-2.0
#include "blindfit/circuits/chebyshev.h"

#include <gtest/gtest.h>

#include <cmath>

namespace blindfit::circuits {
namespace {

ChebyshevSeries dense_series(std::size_t degree) {
  ChebyshevSeries series;
  for (std::size_t k = 0; k <= degree; ++k) {
    series.coefficients.push_back(std::cos(1.7 * static_cast<double>(k) + 1));
  }
  return series;
}

double by_definition(const ChebyshevSeries& series, double angle) {
  double sum = 0;
  for (std::size_t k = 0; k < series.coefficients.size(); ++k) {
    sum += series.coefficients[k] * std::cos(static_cast<double>(k) * angle);
  }
  return sum;
}

TEST(ChebyshevSeries, EvaluatesToTheSumOfCosines) {
  for (const std::size_t degree : {0U, 1U, 2U, 7U, 40U}) {
    const ChebyshevSeries series = dense_series(degree);
    for (double angle = 0; angle < 3.2; angle += 0.1) {
      EXPECT_NEAR(evaluate(series, std::cos(angle)), by_definition(series, angle), 1e-12);
    }
  }
  EXPECT_EQ(evaluate({}, 0.5), 0);
}

TEST(ChebyshevSeries, IgnoresLeadingZerosInItsDegree) {
  EXPECT_EQ((ChebyshevSeries{{}}).degree(), 0U);
  EXPECT_EQ((ChebyshevSeries{{0, 0, 0}}).degree(), 0U);
  EXPECT_EQ((ChebyshevSeries{{1, 0, 2, 0}}).degree(), 2U);
}

TEST(ChebyshevSeries, IsOddUpToAConstantIfNoEvenTermFollows) {
  EXPECT_TRUE((ChebyshevSeries{{0.5, 1, 0, 3}}).is_odd_up_to_constant());
  EXPECT_FALSE((ChebyshevSeries{{0.5, 1, 1e-300, 3}}).is_odd_up_to_constant());
}

TEST(ChebyshevFromMonomials, KeepsTheFunctionOnTheWholeInterval) {
  const std::vector<double> cubic = {0.5, 0.19131, 0, -0.0045963};
  const ChebyshevSeries series = chebyshev_from_monomials(cubic, 8);
  EXPECT_TRUE(series.is_odd_up_to_constant());
  for (double x = -8; x <= 8; x += 0.25) {
    const double expected = cubic[0] + x * (cubic[1] + x * x * cubic[3]);
    EXPECT_NEAR(evaluate(series, x / 8), expected, 1e-14);
  }
}

TEST(ChebyshevFromMonomials, FindsTheKnownCoefficients) {
  // y^4 = (3 T_0 + 4 T_2 + T_4) / 8 and T_5 = 16 y^5 - 20 y^3 + 5 y.
  const ChebyshevSeries power = chebyshev_from_monomials(std::vector<double>{0, 0, 0, 0, 1}, 1);
  EXPECT_EQ(power.coefficients, (std::vector<double>{0.375, 0, 0.5, 0, 0.125}));
  const ChebyshevSeries fifth =
      chebyshev_from_monomials(std::vector<double>{0, 5, 0, -20, 0, 16}, 1);
  EXPECT_EQ(fifth.coefficients, (std::vector<double>{0, 0, 0, 0, 0, 1}));
}

TEST(DivideByChebyshev, GivesBackTheSeriesAndASmallerRemainder) {
  for (const std::size_t degree : {1U, 3U, 8U, 13U, 31U}) {
    const ChebyshevSeries series = dense_series(degree);
    for (std::size_t index = 1; index <= degree + 1; ++index) {
      const ChebyshevDivision parts = divide_by_chebyshev(series, index);
      EXPECT_LT(parts.remainder.degree(), std::max<std::size_t>(index, 1));
      for (double angle = 0; angle < 3.2; angle += 0.3) {
        const double y = std::cos(angle);
        const double factor = std::cos(static_cast<double>(index) * angle);
        EXPECT_NEAR(evaluate(parts.quotient, y) * factor + evaluate(parts.remainder, y),
                    by_definition(series, angle), 1e-10)
            << degree << " by " << index;
      }
    }
  }
}

TEST(DivideByChebyshev, KeepsOddSeriesOdd) {
  const ChebyshevSeries series{{0.5, 1, 0, 2, 0, 3, 0, 4, 0, 5}};
  for (const std::size_t index : {2U, 4U, 6U, 8U}) {
    const ChebyshevDivision parts = divide_by_chebyshev(series, index);
    EXPECT_TRUE(parts.quotient.is_odd_up_to_constant());
    EXPECT_TRUE(parts.remainder.is_odd_up_to_constant());
    EXPECT_EQ(parts.quotient.coefficients[0], 0);
  }
}

}  // namespace
}  // namespace blindfit::circuits
