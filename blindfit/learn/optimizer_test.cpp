// SPDX-License-Identifier: Apache-2.0
// Schedules have the paper's values, bounds bound the curvature.
#include "blindfit/learn/optimizer.h"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <random>

namespace blindfit::learn {
namespace {

OptimizerOptions options(Optimizer method, double a0) {
  OptimizerOptions result;
  result.method = method;
  result.a0 = a0;
  return result;
}

TEST(Schedule, HasThePublishedValuesForThePapersStart) {
  const auto steps = schedule(options(Optimizer::kQuadraticGradientNag, 0.01), 128, 4);
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_NEAR(steps[0].eta, 0.989901, 5e-7);  // paper.md 3.4
  EXPECT_NEAR(steps[1].eta, -6.18e-5, 5e-8);
  EXPECT_NEAR(steps[2].eta, -0.28178, 5e-6);  // paper.md prints that of a0 = 1, -0.28175
  EXPECT_NEAR(steps[3].eta, -0.4341, 5e-5);
  EXPECT_EQ(steps[0].rate, 1 + 1.0 / 128);
  EXPECT_EQ(steps[1].rate, 1 + 1.0 / 256);
}

TEST(Schedule, WastesNoStepFromOne) {
  EXPECT_EQ(schedule(options(Optimizer::kNag, 1), 10, 1)[0].eta, 0.0);
  EXPECT_NEAR(schedule(options(Optimizer::kNag, 1), 10, 2)[1].eta, -0.28175, 5e-6);
}

TEST(Schedule, TakesPlainRatesAndFixedSteps) {
  EXPECT_EQ(schedule(options(Optimizer::kNag, 1), 10, 2)[1].rate, 1.0 / 20);
  OptimizerOptions fixed = options(Optimizer::kNag, 1);
  fixed.step = 4;
  EXPECT_EQ(schedule(fixed, 10, 2)[1].rate, 0.4);
  fixed.method = Optimizer::kQuadraticGradientNag;
  EXPECT_EQ(schedule(fixed, 10, 2)[1].rate, 4.0);
  fixed.method = Optimizer::kGradientAscent;
  for (const OptimizerStep& step : schedule(fixed, 10, 5)) {
    EXPECT_EQ(step, (OptimizerStep{0.4, 0.0}));
  }
}

TEST(Schedule, ShrinksStepAndDecayTogether) {
  OptimizerOptions o = options(Optimizer::kNag, 1);
  o.step = 4;
  o.weight_decay = 0.1;
  o.schedule_rate = 0.5;
  const auto expect = [&](StepSchedule schedule_kind, double third) {
    o.schedule = schedule_kind;
    const auto steps = schedule(o, 10, 4);
    EXPECT_DOUBLE_EQ(steps[0].rate, 0.4);
    EXPECT_DOUBLE_EQ(steps[0].decay, 0.1);
    EXPECT_DOUBLE_EQ(steps[2].rate, 0.4 * third);
    EXPECT_DOUBLE_EQ(steps[2].decay, 0.1 * third);
  };
  expect(StepSchedule::kConstant, 1);
  expect(StepSchedule::kInverse, 1 / (1 + 0.5 * 2));
  expect(StepSchedule::kExponential, std::exp(-1));
  expect(StepSchedule::kCosine, 0.5);
}

TEST(Schedule, ThrowsOnNumbersThatMakeNoSense) {
  EXPECT_THROW(schedule(options(Optimizer::kNag, -1), 10, 1), base::Error);
  EXPECT_THROW(schedule(options(Optimizer::kNag, 1), 0, 1), base::Error);
  OptimizerOptions fixed = options(Optimizer::kNag, 1);
  fixed.step = 0;
  EXPECT_THROW(schedule(fixed, 10, 1), base::Error);
  OptimizerOptions decaying = options(Optimizer::kNag, 1);
  decaying.weight_decay = 1;
  EXPECT_THROW(schedule(decaying, 10, 1), base::Error);
  OptimizerOptions unstepped = options(Optimizer::kNag, 1);
  unstepped.schedule = StepSchedule::kCosine;
  EXPECT_THROW(schedule(unstepped, 10, 1), base::Error);
}

Matrix signed_features() {
  std::mt19937 generator(3);
  std::normal_distribution<double> normal;
  Matrix x = Matrix::NullaryExpr(20, 5, [&] { return normal(generator); });
  x.col(0).setOnes();
  return x;
}

TEST(DiagonalBound, EqualsTheGramBoundForNonNegativeFeatures) {
  const Matrix x = signed_features().cwiseAbs();
  EXPECT_LT((diagonal_bound(x) - gram_bound(x)).cwiseAbs().maxCoeff(), 1e-15);
  const Matrix y = signed_features();
  EXPECT_TRUE((diagonal_bound(y).array() <= gram_bound(y).array()).all());
  EXPECT_TRUE((diagonal_bound(y).array() < 0.9 * gram_bound(y).array()).any());
}

TEST(DiagonalBound, DominatesTheFixedHessian) {
  const Matrix x = signed_features();
  const Eigen::MatrixXd hessian = 0.25 * x.transpose() * x;
  for (const Eigen::RowVectorXd& b : {diagonal_bound(x), gram_bound(x)}) {
    Eigen::MatrixXd gap = -hessian;
    gap.diagonal() += b.cwiseInverse().transpose();
    EXPECT_GE(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(gap).eigenvalues()(0), 0.0);
    gap.diagonal() -= 0.9 * b.cwiseInverse().transpose();  // a tenth would not
    EXPECT_LT(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(gap).eigenvalues()(0), 0.0);
  }
}

TEST(DiagonalBound, IsFiniteForAColumnOfZeros) {
  Matrix x = signed_features();
  x.col(2).setZero();
  EXPECT_NEAR(diagonal_bound(x)(2), 1e10, 1);
}

}  // namespace
}  // namespace blindfit::learn
