// SPDX-License-Identifier: Apache-2.0
// The mirror against every figure of paper.md 3.3, 3.5, 6.3 and 9, and of design.md 5, on the
// paper's own 128 rows.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "blindfit/data/open_dataset.h"
#include "blindfit/data/whitening_choice.h"
#include "blindfit/learn/loss.h"
#include "blindfit/learn/plaintext_trainer.h"

namespace blindfit::learn {
namespace {

class PaperFigures : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto folder = data::find_data_directory(std::nullopt, BLINDFIT_SOURCE_DIR);
    if (!folder) {
      GTEST_SKIP() << folder.error().what();
    }
    const auto path = *folder / "regnet_x_400mf_mnist_first512.csv";
    if (!std::filesystem::exists(path)) {
      GTEST_SKIP() << "the paper's features must be at " << path;
    }
    const data::Dataset all = data::open_dataset(path).value();
    ASSERT_EQ(all.rows(), 512);
    ASSERT_EQ(all.columns(), 400);
    train_rows = data::head(all, 128);
    heldout = data::slice(all, 128, 384);
    design = design_matrix(train_rows.features);
  }

  /// The paper's own run: W_0 = 0.0128, cubic, a0 = 0.01.
  TrainingTrace papers_run(int iterations) const {
    TrainerOptions options;
    options.optimizer.a0 = 0.01;
    options.activation = paper_cubic();
    options.iterations = iterations;
    options.start = Matrix::Constant(10, 401, 0.0128);
    return train(design, train_rows.labels, 10, options);
  }

  double heldout_rows(const Matrix& w, const data::FeatureTransform& transform) const {
    return 384 * accuracy(logits(make_head(w, transform), heldout.features), heldout.labels);
  }

  data::FeatureTransform fit(const data::TransformOptions& options) const {
    return data::fit_transform(train_rows.features, options).value();
  }

  /// Compares percentages of 384 held-out rows after the given iterations; one row is 0.26 points.
  void expect_table_row(const data::TransformOptions& transform_options,
                        const TrainerOptions& options,
                        const std::vector<std::pair<int, double>>& table) const {
    const data::FeatureTransform transform = fit(transform_options);
    TrainerOptions run = options;
    run.iterations = table.back().first;
    const TrainingTrace trace = train(design_matrix(data::apply(transform, train_rows.features)),
                                      train_rows.labels, 10, run);
    for (const auto& entry : table) {
      const Matrix& w = trace.iterations[static_cast<std::size_t>(entry.first - 1)].weights;
      EXPECT_NEAR(heldout_rows(w, transform), 3.84 * entry.second, 1.0) << entry.first;
    }
  }

  data::Dataset train_rows;
  data::Dataset heldout;
  Matrix design;
};

void expect_digits(double seen, double printed, int decimals) {
  EXPECT_NEAR(seen, printed, 0.5000001 * std::pow(10.0, -decimals));
}

TEST_F(PaperFigures, DiagonalBoundHasThePrintedDigits) {
  const Eigen::RowVectorXd b = diagonal_bound(design);
  const std::vector<double> printed{0.00012792, 0.00004164, 0.00024503, 0.00016257,
                                    0.00024768, 0.00011517, 0.00101508, 0.00011883};
  for (std::size_t j = 0; j < printed.size(); ++j) {
    expect_digits(b(static_cast<Eigen::Index>(j)), printed[j], 8);
  }
  expect_digits(b.minCoeff() * 1e5, 1.39, 2);
  expect_digits(b.maxCoeff() * 1e2, 3.92, 2);
  EXPECT_LT((gram_bound(design) - b).cwiseAbs().maxCoeff(), 1e-12);  // features are >= 0
}

TEST_F(PaperFigures, TwoIterationsHaveThePrintedDigits) {
  const TrainingTrace trace = papers_run(2);
  const Matrix start = Matrix::Constant(10, 401, 0.0128);
  const Eigen::RowVectorXd step = diagonal_bound(design) * (1 + 1.0 / 128);
  const Matrix gradient = (trace.iterations[0].momentum - start) * step.cwiseInverse().asDiagonal();
  expect_digits(gradient(0, 0), -87.18937, 5);
  expect_digits(gradient(0, 1), -266.45417, 5);
  expect_digits(gradient(0, 2), -29.04021, 5);
  expect_digits(gradient(0, 3), -75.47083, 5);

  // paper.md rounds the ranges of z outwards: within one unit of the last digit.
  const Matrix z1 = design * start.transpose();
  EXPECT_NEAR(z1.minCoeff(), 2.33, 0.01);
  EXPECT_NEAR(z1.maxCoeff(), 4.05, 0.01);
  EXPECT_EQ(trace.iterations[0].largest_logit, z1.maxCoeff());
  const Matrix z2 = design * trace.iterations[0].momentum.transpose();
  EXPECT_NEAR(z2.minCoeff(), -0.01, 0.01);
  EXPECT_NEAR(z2.maxCoeff(), 0.66, 0.01);

  const Matrix& w1 = trace.iterations[0].weights;
  const std::vector<double> first{0.01268649, 0.01268707, 0.01272758};
  for (std::size_t j = 0; j < first.size(); ++j) {
    expect_digits(w1(0, static_cast<Eigen::Index>(j)), first[j], 8);
  }
  const Matrix& w2 = trace.iterations[1].weights;
  const std::vector<double> second{0.00612291, 0.00617802, 0.01013330, 0.00499976, 0.00549603};
  for (std::size_t j = 0; j < second.size(); ++j) {
    expect_digits(w2(0, static_cast<Eigen::Index>(j)), second[j], 8);
  }
  const std::vector<double> other{0.00627255, 0.00621191, 0.00609829};
  for (std::size_t j = 0; j < other.size(); ++j) {
    expect_digits(w2(1, static_cast<Eigen::Index>(j)), other[j], 8);
  }
}

TEST_F(PaperFigures, TrainAccuracyAndLossAreThePrintedOnes) {
  const TrainingTrace trace = papers_run(2);
  EXPECT_EQ(trace.iterations[0].train_accuracy, 38.0 / 128);  // 29.69 %
  EXPECT_EQ(trace.iterations[1].train_accuracy, 38.0 / 128);
  expect_digits(trace.iterations[0].train_loss, -3628, 0);
  expect_digits(trace.iterations[1].train_loss, -1892, 0);
  EXPECT_NEAR(squared_likelihood_error(Matrix::Zero(128, 10), train_rows.labels),
              1280 * std::log(0.5), 1e-9);
}

TEST_F(PaperFigures, HeldOutAccuracyOfThePapersRunsFollowsTheTable) {
  TrainerOptions author;
  author.optimizer.a0 = 0.01;
  author.activation = paper_cubic();
  author.start = Matrix::Constant(10, 401, 0.0128);
  expect_table_row({}, author,
                   {{1, 21.1},
                    {2, 21.6},
                    {3, 21.1},
                    {5, 22.9},
                    {10, 47.1},
                    {20, 66.4},
                    {30, 74.2},
                    {50, 79.4},
                    {100, 80.7}});
  TrainerOptions from_zero = author;
  from_zero.start = Matrix();
  expect_table_row({}, from_zero,
                   {{1, 21.1}, {2, 21.6}, {3, 21.1}, {5, 22.7}, {10, 48.2}, {100, 80.7}});
  from_zero.optimizer.a0 = 1;
  expect_table_row({}, from_zero,
                   {{1, 21.1}, {2, 21.1}, {3, 21.4}, {5, 25.8}, {10, 53.7}, {100, 80.7}});
}

TEST_F(PaperFigures, HeldOutAccuracyOfPreparedFeaturesFollowsTheTable) {
  TrainerOptions options;
  options.optimizer.a0 = 0.01;
  options.activation = paper_cubic();
  expect_table_row({data::TransformKind::kCentre, 0, 0.0}, options,
                   {{1, 65.1}, {2, 66.9}, {3, 66.9}, {5, 67.4}, {10, 71.1}, {20, 76.8}});
  expect_table_row({data::TransformKind::kStandardise, 0, 0.0}, options,
                   {{1, 69.0}, {2, 69.5}, {3, 69.5}, {5, 70.3}, {10, 72.1}, {20, 78.4}});
}

TEST_F(PaperFigures, WhitenedFeaturesReachTheCeilingAtOnce) {
  TrainerOptions options;
  options.optimizer.method = Optimizer::kNag;
  options.optimizer.step = 4;
  options.activation = paper_cubic();
  const data::TransformOptions whitening{data::TransformKind::kWhiten, 32, 10.0};
  expect_table_row(whitening, options, {{1, 80.73}, {2, 80.73}, {10, 80.47}});
  // The owner's own product is iteration 1.
  EXPECT_NEAR(384 * owner_only_accuracy(train_rows, heldout, fit(whitening), options.optimizer),
              3.84 * 80.73, 1.0);
}

TEST_F(PaperFigures, ARuleThatSeesTrainingRowsOnlyChoosesAsWell) {
  const auto choice = data::choose_whitening(train_rows);
  ASSERT_TRUE(choice) << choice.error().what();
  TrainerOptions options;
  options.optimizer.method = Optimizer::kNag;
  options.optimizer.step = 4;
  options.activation = paper_cubic();
  options.iterations = 2;
  const data::FeatureTransform transform = fit(choice->options);
  const TrainingTrace trace = train(design_matrix(data::apply(transform, train_rows.features)),
                                    train_rows.labels, 10, options);
  EXPECT_FALSE(trace.first_exceedance);
  RecordProperty("components", static_cast<int>(choice->options.components));
  EXPECT_GE(heldout_rows(trace.weights(), transform) / 384, 0.79);
}

}  // namespace
}  // namespace blindfit::learn
