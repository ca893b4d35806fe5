// SPDX-License-Identifier: Apache-2.0
// Rules hold where they were fitted, and the refinement reaches what it promises.
#include "apps/owner/journey/defaults.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "apps/owner/journey/choices.h"

namespace blindfit::journey {
namespace {

/// Overlapping classes: each has its own mean, most of it along few of the columns.
data::Dataset clouds(Eigen::Index rows, Eigen::Index columns, int classes) {
  std::mt19937 generator(7);
  std::normal_distribution<double> normal;
  const auto draw = [&] { return normal(generator); };
  const data::Matrix centres = 0.6 * data::Matrix::NullaryExpr(classes, columns, draw);
  data::Matrix features = data::Matrix::NullaryExpr(rows, columns, draw);
  std::vector<int> labels;
  for (Eigen::Index i = 0; i < rows; ++i) {
    labels.push_back(static_cast<int>(i % classes));
    features.row(i) += centres.row(i % classes);
  }
  return data::make_dataset(features, labels, "clouds").value();
}

Preparation whitened(const data::Dataset& train) {
  Preparation preparation;
  preparation.transform = choose_whitening(train, WhiteningWishes{}).options;
  preparation.optimizer.method = learn::Optimizer::kNag;
  return preparation;
}

TEST(ComponentsByRule, FillATileAndLeaveRowsEnough) {
  EXPECT_EQ(components_by_rule(20'000, 300), 255);
  EXPECT_EQ(components_by_rule(20'000, 255), 255);
  EXPECT_EQ(components_by_rule(20'000, 254), 127);
  EXPECT_EQ(components_by_rule(128, 400), 31);
  EXPECT_EQ(components_by_rule(1, 1), 1);
}

TEST(RangeByRule, GrowsWithStepAndIterations) {
  EXPECT_EQ(range_by_rule(8, 1), 10);
  EXPECT_EQ(range_by_rule(8, 2), 10);
  EXPECT_EQ(range_by_rule(8, 3), 12);
  EXPECT_EQ(range_by_rule(4, 10), 21);
}

TEST(RangeByRule, CoversLogitsOfRowsThatNobodyHasSeen) {
  for (const int classes : {2, 7}) {
    const data::Dataset train = clouds(600, 20, classes);
    const PreparedData prepared = prepare(train, whitened(train));
    for (const double step : {4.0, 8.0}) {
      learn::TrainerOptions options;
      options.optimizer = {.method = learn::Optimizer::kNag, .a0 = 1, .step = step};
      options.activation = learn::ExactSigmoid{};
      options.iterations = 6;
      const auto trace = learn::train(prepared.design, train.labels, classes, options);
      for (std::size_t t = 1; t <= trace.iterations.size(); ++t) {
        EXPECT_LT(trace.iterations[t - 1].largest_logit, range_by_rule(step, t));
        // A control: the rule is no empty promise.
        EXPECT_GT(3 * trace.iterations.back().largest_logit, range_by_rule(step, 6));
      }
    }
  }
}

TEST(ChooseTraining, ReachesLogisticRegressionInFewIterations) {
  const data::Dataset train = clouds(700, 20, 5);
  const Preparation preparation = whitened(train);
  const TrainingChoice choice = choose_training(train, preparation, {});
  EXPECT_EQ(choice.held_back, 700U);
  EXPECT_GT(choice.reference, 0.6);
  EXPECT_GT(choice.accuracy, choice.reference - 0.01);
  EXPECT_LE(choice.iterations, 6U);
  const TrainingChoice again = choose_training(train, preparation, {});
  EXPECT_EQ(again.step, choice.step);
  EXPECT_EQ(again.accuracy, choice.accuracy);
}

TEST(ChooseTraining, KeepsWhatIsSettled) {
  const data::Dataset train = clouds(200, 8, 3);
  const TrainingChoice choice = choose_training(train, whitened(train), {2, 5.0});
  EXPECT_EQ(choice.iterations, 2U);
  EXPECT_EQ(choice.step, 5);
}

TEST(ChooseTraining, GoesByRuleWhereRowsAreFew) {
  data::Dataset alike = clouds(30, 2, 2);
  alike.features.setConstant(3);
  alike.features(0, 0) = 4;  // without this row nothing varies
  for (const data::Dataset& train : {data::head(clouds(30, 2, 2), 4), alike}) {
    Preparation preparation;
    preparation.transform = {data::TransformKind::kWhiten, 1, 0};
    preparation.optimizer.method = learn::Optimizer::kNag;
    const TrainingChoice choice = choose_training(train, preparation, {});
    EXPECT_EQ(choice.iterations, kDefaultIterations);
    EXPECT_GE(choice.step, 4);
  }
}

TEST(SampleRows, TakesEvenlySpacedRows) {
  const data::Dataset few = clouds(50, 2, 2);
  EXPECT_EQ(sample_rows(few).rows(), 50);
  data::Dataset many{data::Matrix::Zero(50'000, 1), std::vector<int>(50'000), 2, "many"};
  for (Eigen::Index i = 25'000; i < 50'000; ++i) {
    many.labels[static_cast<std::size_t>(i)] = 1;  // sorted by label
  }
  const data::Dataset sample = sample_rows(many);
  EXPECT_EQ(sample.rows(), 20'000);
  EXPECT_EQ(std::count(sample.labels.begin(), sample.labels.end(), 1), 10'000);
}

}  // namespace
}  // namespace blindfit::journey
