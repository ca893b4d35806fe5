// SPDX-License-Identifier: Apache-2.0
#include "blindfit/circuits/polynomial_plan.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "blindfit/testing/engine.h"

namespace blindfit::circuits {
namespace {

using base::Error;
using base::ErrorCode;
using ckks::Scale;

ChebyshevSeries dense_series(std::size_t degree, bool odd) {
  ChebyshevSeries series;
  for (std::size_t k = 0; k <= degree; ++k) {
    const bool skipped = odd && k != 0 && k % 2 == 0;
    series.coefficients.push_back(skipped ? 0 : std::cos(1.7 * static_cast<double>(k) + 1));
  }
  return series;
}

template <typename Action>
ErrorCode code_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::kCancelled;
}

class PlanOfDegree : public ::testing::TestWithParam<std::tuple<std::size_t, bool>> {
 protected:
  std::size_t degree_ = std::get<0>(GetParam());
  ChebyshevSeries series_ = dense_series(degree_, std::get<1>(GetParam()));
  PolynomialPlan plan_{series_};
};

INSTANTIATE_TEST_SUITE_P(PolynomialPlan, PlanOfDegree,
                         ::testing::Combine(::testing::Values(1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13,
                                                              15, 16, 17, 23, 27, 31, 32, 33, 47,
                                                              59, 63, 64, 127),
                                            ::testing::Bool()),
                         [](const auto& instance) {
                           return std::string(std::get<1>(instance.param) ? "Odd" : "General") +
                                  std::to_string(std::get<0>(instance.param));
                         });

TEST_P(PlanOfDegree, TakesTheFewestLevels) {
  const std::size_t degree = series_.degree();
  EXPECT_EQ(plan_.depth(), static_cast<std::size_t>(std::ceil(std::log2(degree + 1))));
}

TEST_P(PlanOfDegree, EvaluatesToTheSeries) {
  double magnitude = 0;
  for (const double c : series_.coefficients) {
    magnitude += std::abs(c);
  }
  // Every level may double the coefficients, and an error of T_k grows by k^2 at most.
  const double tolerance = 0x1p-52 * magnitude * static_cast<double>(degree_ * degree_ + 4);
  for (double y = -1; y <= 1; y += 1.0 / 64) {
    EXPECT_NEAR(plan_.evaluate(y), evaluate(series_, y), tolerance) << y;
  }
}

TEST_P(PlanOfDegree, UsesEveryElementOnlyAtLevelsWhereItIsReady) {
  std::vector<std::size_t> depth(degree_ + 2, std::numeric_limits<std::size_t>::max());
  depth[0] = 0;
  depth[1] = 0;
  for (const BasisStep& step : plan_.basis()) {
    EXPECT_EQ(step.index, step.left + step.right);
    EXPECT_EQ(step.depth, std::max(depth[step.left], depth[step.right]) + 1);
    EXPECT_LT(depth[step.left - step.right], step.depth);
    depth[step.index] = step.depth;
  }
  for (std::size_t i = 0; i < plan_.nodes().size(); ++i) {
    const PolynomialNode& node = plan_.nodes()[i];
    for (const auto& term : node.linear) {
      EXPECT_LT(depth[term.index], node.depth);
    }
    for (const auto& term : node.products) {
      EXPECT_LT(depth[term.index], node.depth);
      ASSERT_LT(term.node, i);
      EXPECT_EQ(plan_.nodes()[term.node].depth + 1, node.depth);
    }
  }
}

TEST_P(PlanOfDegree, ListsOneDepthForEveryKeySwitch) {
  const std::vector<std::size_t> depths = plan_.key_switch_depths();
  EXPECT_EQ(depths.size(), plan_.key_switches());
  for (const std::size_t d : depths) {
    EXPECT_LT(d, plan_.depth());
  }
}

TEST(PolynomialPlan, TakesTheFewestKeySwitchesThatWeKnow) {
  const auto switches = [](std::size_t degree, bool odd) {
    return PolynomialPlan(dense_series(degree, odd)).key_switches();
  };
  EXPECT_EQ(switches(1, true), 0U);
  EXPECT_EQ(switches(2, false), 1U);
  EXPECT_EQ(switches(3, true), 2U);
  EXPECT_EQ(switches(5, true), 3U);
  EXPECT_EQ(switches(7, true), 4U);
  EXPECT_EQ(switches(9, true), 4U);
  EXPECT_EQ(switches(13, true), 6U);
  EXPECT_EQ(switches(15, true), 7U);
  EXPECT_EQ(switches(15, false), 7U);
  EXPECT_EQ(switches(31, true), 10U);
  EXPECT_EQ(switches(63, true), 14U);
}

TEST(PolynomialPlan, LeavesOneKeySwitchToTheCallerOfTheLazyForm) {
  const PolynomialPlan cubic(dense_series(3, true));
  EXPECT_EQ(cubic.lazy_key_switches(), cubic.key_switches() - 1);
  const PolynomialPlan line(dense_series(1, true));
  EXPECT_EQ(line.lazy_key_switches(), 0U);
}

TEST(PolynomialPlan, SkipsTermsWithoutCoefficients) {
  const PolynomialPlan monomial(ChebyshevSeries{{0, 0, 0, 0, 1}});
  EXPECT_EQ(monomial.key_switches(), 2U);  // T_2 and T_4
  EXPECT_EQ(monomial.depth(), 3U);
}

TEST(PolynomialPlan, RejectsConstantsHighDegreesAndNumbersThatAreNot) {
  EXPECT_EQ(code_of([] { PolynomialPlan plan(ChebyshevSeries{{1.0}}); }),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of([] { PolynomialPlan plan(dense_series(128, false)); }),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of([] {
              PolynomialPlan plan(ChebyshevSeries{{1, std::nan("")}});
            }),
            ErrorCode::kInvalidArgument);
}

class ScalesOfAPlan : public ::testing::Test {
 protected:
  // Primes of unequal sizes, so that every scale differs from every other.
  blindfit::testing::Engine engine_{
      {.log_n = 10, .log_q = {50, 41, 39, 40, 42, 40}, .log_p = {50}, .digit_size = 0}};
  PolynomialPlan plan_{dense_series(15, false)};
};

TEST_F(ScalesOfAPlan, MeetInEverySumAndEndAtTheTarget) {
  const Scale target{0x1.123p39};
  const Scale argument{0x1.7p40};
  const PolynomialScales scales = plan_scales(engine_.context(), plan_, 5, argument, target);
  const auto prime = [&](std::size_t depth) {
    return static_cast<double>(engine_.context().q(5 - depth + 1));
  };
  EXPECT_EQ(scales.nodes.back().value, target.value);
  EXPECT_EQ(scales.basis[1].value, argument.value);
  for (const BasisStep& step : plan_.basis()) {
    EXPECT_TRUE(scales.basis[step.index].matches(
        {scales.basis[step.left].value * scales.basis[step.right].value / prime(step.depth)}));
  }
  for (std::size_t i = 0; i < plan_.nodes().size(); ++i) {
    for (const auto& term : plan_.nodes()[i].products) {
      const Scale product = scales.nodes[term.node] * scales.basis[term.index];
      EXPECT_TRUE(product.matches({scales.nodes[i].value * prime(plan_.nodes()[i].depth)}));
    }
  }
}

TEST_F(ScalesOfAPlan, RejectTooFewLevels) {
  EXPECT_NO_THROW(plan_scales(engine_.context(), plan_, 4, {0x1p40}, {0x1p40}));
  EXPECT_EQ(code_of([&] { plan_scales(engine_.context(), plan_, 3, {0x1p40}, {0x1p40}); }),
            ErrorCode::kLevelExhausted);
}

TEST_F(ScalesOfAPlan, RejectScalesFarFromThePrimes) {
  for (const auto& [argument, target] :
       {std::pair{0x1p46, 0x1p40}, std::pair{0x1p34, 0x1p40}, std::pair{0x1p40, 0x1p10},
        std::pair{0x1p40, 0x1p63}, std::pair{std::nan(""), 0x1p40}}) {
    const Scale from{argument};
    const Scale to{target};
    EXPECT_EQ(code_of([&] { plan_scales(engine_.context(), plan_, 5, from, to); }),
              ErrorCode::kScaleMismatch)
        << argument << " " << target;
  }
}

TEST_F(ScalesOfAPlan, RejectCoefficientsThatDoNotFitAnInteger) {
  const PolynomialPlan steep(ChebyshevSeries{{0, 0x1p30}});
  EXPECT_EQ(code_of([&] { plan_scales(engine_.context(), steep, 5, {0x1p40}, {0x1p40}); }),
            ErrorCode::kScaleMismatch);
}

}  // namespace
}  // namespace blindfit::circuits
