// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/eval_mod.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "blindfit/ckks/noise_model.h"
#include "blindfit/testing/engine.h"

namespace blindfit::bootstrap {
namespace {

using blindfit::testing::Engine;
using blindfit::testing::random_slots;
using blindfit::testing::worst_error;
using ckks::Scale;

constexpr CosineProblem kProblem{14, 1.0 / 32, 3, 30};

double fit_error(const circuits::ChebyshevSeries& series, double x) {
  return std::abs(circuits::evaluate(series, x / kProblem.radius()) -
                  std::cos(2 * std::numbers::pi * (x - 0.25 + 2) / 8));
}

TEST(CosineFit, IsBestNearIntegersThatOccur) {
  const circuits::ChebyshevSeries series = fit_cosine(kProblem);
  ASSERT_EQ(series.coefficients.size(), 31U);
  double common = 0;
  double rare = 0;
  for (int i = -14; i <= 14; ++i) {
    for (const double offset : {-1.0, -0.7, -0.2, 0.0, 0.3, 0.9, 1.0}) {
      double& worst = std::abs(i) <= 6 ? common : rare;
      worst = std::max(worst, fit_error(series, i + offset * kProblem.margin));
    }
  }
  EXPECT_LT(common, 0x1p-40);
  EXPECT_LT(rare, 0x1p-34);
  // Interpolation on all of [-radius, radius] would stop at 2 J_31(11.0) = 2^-35 everywhere, and
  // between integers nothing is promised.
  EXPECT_GT(fit_error(series, 14 + 2 * kProblem.margin), 0x1p-35);
}

TEST(CosineFit, NeedsItsDegree) {
  CosineProblem coarse = kProblem;
  coarse.degree = 20;
  EXPECT_GT(fit_error(fit_cosine(coarse), 5), 0x1p-30);
}

TEST(EvalMod, PolynomialsReduceModuloOne) {
  const EvalMod eval_mod(kProblem, 3);
  EXPECT_EQ(eval_mod.depth(), 10U);
  for (int i = -14; i <= 14; ++i) {
    // The arcsine stops before (2 pi x)^5 3 / 40 / (2 pi); the fit's error grows 4^3 times.
    const double fit = std::abs(i) <= 6 ? 0x1p-36 : 0x1p-30;
    for (const double e : {-0.03, -0.01, -1e-4, 0.0, 1e-3, 0.02}) {
      const double taylor = std::pow(2 * std::numbers::pi * std::abs(e), 5) * 0.08 / 6.28;
      EXPECT_NEAR(eval_mod.evaluate(i + e), e, 1.2 * taylor + fit) << i;
    }
  }
  // Controls: without the arcsine, and between integers.
  EXPECT_GT(std::abs(EvalMod(kProblem, 1).evaluate(0.02) - 0.02), 1e-5);
  EXPECT_GT(std::abs(eval_mod.evaluate(0.25) - 0.25), 1e-3);
}

TEST(EvalMod, HigherArcsinesTakeLargerMessages) {
  CosineProblem wide = kProblem;
  wide.margin = 0.125;
  const auto error = [&](unsigned degree) {
    return std::abs(EvalMod(wide, degree).evaluate(2.1) - 0.1);
  };
  EXPECT_LT(error(5), error(3) / 3);
  EXPECT_LT(error(7), error(5) / 3);
  EXPECT_EQ(EvalMod(wide, 7).depth(), 11U);
}

TEST(EvalMod, FollowsThePolynomialsOnCiphertexts) {
  std::vector<unsigned> log_q(12, 50);
  Engine engine({11, log_q, {50, 50, 50}, 3});
  engine.add_relinearization_key();
  const EvalMod eval_mod(kProblem, 3);
  ckks::Slots x(1024);
  ckks::Slots expected(x.size());
  const ckks::Slots random = random_slots(x.size(), 1, 9);
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double value = std::round(14 * random[j].real()) + random[j].imag() / 32;
    x[j] = value / eval_mod.radius();
    expected[j] = eval_mod.evaluate(value);
  }
  constexpr Scale kScale{0x1p50};
  const ckks::Ciphertext ct = engine.encrypt(x, kScale, 11);
  const ckks::Ciphertext out = eval_mod.apply(engine.context(), engine.keys(), ct, kScale);
  EXPECT_EQ(out.level(), 1U);
  EXPECT_TRUE(out.scale.matches(kScale));
  // In units of x. The operand's noise is multiplied by the radius. Roundings of the cosine and of
  // three double angles meet derivatives: an error e before k double angles is at most 4^k e after
  // them, and / 2 pi in units of x. The series' own roundings: one a node and basis step, below
  // ten.
  const ckks::NoiseModel model(engine.context().parameters());
  const double operand = model.slot_variance(model.encryption() + model.encoding(), kScale);
  const double step = model.slot_variance(model.rescaling() + model.key_switch(11), kScale);
  const double amplified = 10 * step * std::pow(4, 6) + step * (256 + 16 + 1) + step;
  const double variance = operand * std::pow(eval_mod.radius(), 2) + amplified / 39.5 + step;
  const double bound = model.product_bound(variance);
  EXPECT_LT(bound, 0x1p-22);
  EXPECT_LT(worst_error(engine.decrypt(out), expected), bound);
  expected[5] += 2 * bound;
  EXPECT_GT(worst_error(engine.decrypt(out), expected), bound);
}

}  // namespace
}  // namespace blindfit::bootstrap
