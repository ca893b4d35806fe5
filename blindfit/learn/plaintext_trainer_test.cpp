// SPDX-License-Identifier: Apache-2.0
// The mirror's recursion against its definition, its range monitor, and learning that works.
#include "blindfit/learn/plaintext_trainer.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <random>

#include "blindfit/data/digits.h"
#include "blindfit/learn/loss.h"

namespace blindfit::learn {
namespace {

struct Problem {
  Matrix design;
  std::vector<int> labels;
};

Problem three_classes() {
  std::mt19937 generator(11);
  std::normal_distribution<double> normal;
  Problem problem{Matrix::NullaryExpr(30, 4, [&] { return normal(generator); }), {}};
  problem.design.col(0).setOnes();
  for (Eigen::Index i = 0; i < 30; ++i) {
    problem.labels.push_back(static_cast<int>(i % 3));
    problem.design(i, 1 + i % 3) += 3;
  }
  return problem;
}

TEST(PlaintextTrainer, FollowsTheRecursionEntryByEntry) {
  const Problem problem = three_classes();
  TrainerOptions options;
  options.optimizer.a0 = 0.01;
  options.activation = paper_cubic();
  options.iterations = 3;
  options.start = Matrix::Constant(3, 4, 0.02);
  const TrainingTrace trace = train(problem.design, problem.labels, 3, options);

  // The pseudo-code of paper.md 3.4, scalar by scalar.
  const Eigen::RowVectorXd b = diagonal_bound(problem.design);
  double a0 = 0.01;
  double a1 = (1 + std::sqrt(1 + 4 * a0 * a0)) / 2;
  Matrix w = options.start;
  Matrix v = w;
  for (int t = 1; t <= 3; ++t) {
    const double eta = (1 - a0) / a1;
    const double gamma = 1.0 / (30 * t);
    Matrix next_w = w;
    Matrix next_v = v;
    for (Eigen::Index k = 0; k < 3; ++k) {
      for (Eigen::Index j = 0; j < 4; ++j) {
        double g = 0;
        for (Eigen::Index i = 0; i < 30; ++i) {
          const double z = problem.design.row(i).dot(v.row(k));
          const double p = 0.5 + 0.10679534503216294 * z - 0.00038503259805075 * z * z * z;
          const double y = problem.labels[static_cast<std::size_t>(i)] == k ? 1 : 0;
          g += (y - p) * problem.design(i, j);
        }
        next_v(k, j) = w(k, j) + (1 + gamma) * b(j) * g;
        next_w(k, j) = (1 - eta) * next_v(k, j) + eta * v(k, j);
      }
    }
    w = next_w;
    v = next_v;
    a0 = a1;
    a1 = (1 + std::sqrt(1 + 4 * a0 * a0)) / 2;
    const auto& record = trace.iterations[static_cast<std::size_t>(t - 1)];
    EXPECT_LT((record.weights - w).cwiseAbs().maxCoeff(), 1e-13) << t;
    EXPECT_LT((record.momentum - v).cwiseAbs().maxCoeff(), 1e-13) << t;
  }
}

TEST(PlaintextTrainer, FirstStepFromZeroIsTheOwnersProduct) {
  const Problem problem = three_classes();
  for (const Optimizer method :
       {Optimizer::kGradientAscent, Optimizer::kNag, Optimizer::kQuadraticGradientNag}) {
    TrainerOptions options;
    options.optimizer.method = method;
    options.activation = paper_cubic();
    const Matrix w = train(problem.design, problem.labels, 3, options).weights();
    const Matrix own = owner_only_weights(problem.design, problem.labels, 3, options.optimizer);
    const double rate = schedule(options.optimizer, 30, 1)[0].rate;
    EXPECT_LT((w - rate * own).cwiseAbs().maxCoeff(), 1e-14);
  }
}

TEST(PlaintextTrainer, QuadraticGradientAscendsMonotonouslyWithTheExactSigmoid) {
  const Problem problem = three_classes();
  TrainerOptions options;
  options.optimizer.method = Optimizer::kGradientAscent;
  options.optimizer.step = 30;  // step / n = 1, so that the preconditioner is the whole step
  options.preconditioner = diagonal_bound(problem.design);
  options.iterations = 50;
  const TrainingTrace trace = train(problem.design, problem.labels, 3, options);
  double before = 90 * std::log(0.5);
  for (const IterationRecord& record : trace.iterations) {
    EXPECT_GT(record.train_loss, before);
    before = record.train_loss;
  }
  EXPECT_FALSE(trace.first_exceedance);
}

TEST(PlaintextTrainer, ClampsTheExactSigmoid) {
  const Problem problem = three_classes();
  TrainerOptions options;
  options.start = Matrix::Constant(3, 4, 10.0);
  options.activation = ExactSigmoid{};
  const Matrix unclamped = train(problem.design, problem.labels, 3, options).weights();
  options.activation = ExactSigmoid{1.0};
  EXPECT_GT((train(problem.design, problem.labels, 3, options).weights() - unclamped).norm(), 0.1);
}

/// The ridge-less least squares of one-hot labels less 1/3.
Matrix least_squares(const Problem& problem) {
  Matrix targets = Matrix::Constant(problem.design.rows(), 3, -1.0 / 3);
  for (std::size_t i = 0; i < problem.labels.size(); ++i) {
    targets(static_cast<Eigen::Index>(i), problem.labels[i]) += 1;
  }
  const Eigen::MatrixXd x = problem.design;
  return (x.transpose() * x).ldlt().solve(x.transpose() * targets).transpose();
}

TEST(PlaintextTrainer, SquaredErrorEndsInLeastSquares) {
  const Problem problem = three_classes();
  TrainerOptions options;
  options.activation = Linear{};
  options.iterations = 400;
  const Matrix expected = least_squares(problem);
  const Matrix trained = train(problem.design, problem.labels, 3, options).weights();
  EXPECT_LT((trained - expected).norm(), 1e-3 * expected.norm());
  options.optimizer.weight_decay = 0.1;
  const Matrix decayed = train(problem.design, problem.labels, 3, options).weights();
  EXPECT_LT(decayed.norm(), 0.95 * expected.norm());
}

TEST(PlaintextTrainer, SoftmaxStepsByTheGradientOfItsCrossEntropy) {
  const Problem problem = three_classes();
  TrainerOptions options;
  options.optimizer.method = Optimizer::kGradientAscent;
  options.optimizer.step = 1;
  options.activation = ExactSoftmax{};
  options.start = Matrix::Constant(3, 4, 0.3);
  options.start(0, 1) = -0.2;
  const auto log_likelihood = [&](const Matrix& w) {
    const Matrix z = problem.design * w.transpose();
    double sum = 0;
    for (Eigen::Index i = 0; i < z.rows(); ++i) {
      sum += z(i, problem.labels[static_cast<std::size_t>(i)]) -
             std::log(z.row(i).array().exp().sum());
    }
    return sum;
  };
  const Matrix step = train(problem.design, problem.labels, 3, options).weights() - options.start;
  constexpr double kDelta = 1e-5;
  for (Eigen::Index k = 0; k < 3; ++k) {
    for (Eigen::Index j = 0; j < 4; ++j) {
      Matrix up = options.start;
      Matrix down = options.start;
      up(k, j) += kDelta;
      down(k, j) -= kDelta;
      const double slope = (log_likelihood(up) - log_likelihood(down)) / (2 * kDelta);
      EXPECT_NEAR(30 * step(k, j), slope, 1e-6);  // the rate is one over the rows
    }
  }
}

TEST(PlaintextTrainer, TakesBatchesInTurnAsIfEachWereAllRows) {
  const Problem problem = three_classes();
  TrainerOptions options;
  options.activation = ExactSigmoid{};
  options.iterations = 3;
  options.optimizer.step = 1;
  options.batches = {{0, 10}, {10, 30}};
  const TrainingTrace trace = train(problem.design, problem.labels, 3, options);

  TrainerOptions first = options;
  first.iterations = 1;
  first.batches.clear();
  first.preconditioner = 3 * diagonal_bound(problem.design);
  const Matrix alone =
      train(problem.design.topRows(10), std::span(problem.labels).first(10), 3, first).weights();
  EXPECT_LT((trace.iterations[0].weights - alone).norm(), 1e-12 * alone.norm());
  options.batches = {{10, 30}, {0, 10}};
  EXPECT_GT((train(problem.design, problem.labels, 3, options).weights() - trace.weights()).norm(),
            1e-3);
  options.batches = {{0, 31}};
  EXPECT_THROW(train(problem.design, problem.labels, 3, options), base::Error);
}

TEST(RangeMonitor, NamesTheFirstLogitBeyondTheDomain) {
  const Problem problem = three_classes();
  TrainerOptions options;
  options.activation = paper_cubic();
  options.iterations = 2;
  EXPECT_FALSE(train(problem.design, problem.labels, 3, options).first_exceedance);

  options.optimizer.step = 10;
  const TrainingTrace trace = train(problem.design, problem.labels, 3, options);
  ASSERT_TRUE(trace.first_exceedance);
  const RangeExceedance& seen = *trace.first_exceedance;
  EXPECT_EQ(seen.iteration, 2);  // from zero, the first logits are zero
  const Matrix z = problem.design * trace.iterations[0].momentum.transpose();
  EXPECT_EQ(seen.logit, z(seen.row, seen.label));
  EXPECT_GT(std::abs(seen.logit), 8);
  EXPECT_LE(z.topRows(seen.row).cwiseAbs().maxCoeff(), 8);
  EXPECT_EQ(trace.largest_logit(), z.cwiseAbs().maxCoeff());
}

TEST(PlaintextTrainer, ThrowsOnSizesThatDoNotFit) {
  const Problem problem = three_classes();
  const auto run = [&](const TrainerOptions& options, int classes) {
    static_cast<void>(train(problem.design, problem.labels, classes, options));
  };
  EXPECT_THROW(run({}, 2), base::Error);
  TrainerOptions none;
  none.iterations = 0;
  EXPECT_THROW(run(none, 3), base::Error);
  TrainerOptions start;
  start.start = Matrix::Zero(3, 5);
  EXPECT_THROW(run(start, 3), base::Error);
  TrainerOptions bound;
  bound.preconditioner = Eigen::RowVectorXd::Ones(3);
  EXPECT_THROW(run(bound, 3), base::Error);
}

TEST(OwnerOnlyAccuracy, IsThatOfTheFirstStep) {
  const data::Split split = data::stratified_split(data::embedded_digits(), 0.2, 1);
  const auto transform =
      data::fit_transform(split.train.features, {data::TransformKind::kWhiten, 31, 1e4}).value();
  TrainerOptions options;
  options.optimizer.method = Optimizer::kNag;
  const Matrix design = design_matrix(data::apply(transform, split.train.features));
  const Matrix w = train(design, split.train.labels, 10, options).weights();
  const double first =
      accuracy(logits(make_head(w, transform), split.test.features), split.test.labels);
  EXPECT_EQ(owner_only_accuracy(split.train, split.test, transform, options.optimizer), first);
  EXPECT_GT(first, 0.9);
}

}  // namespace
}  // namespace blindfit::learn
