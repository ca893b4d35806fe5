// SPDX-License-Identifier: Apache-2.0
// Rows are the published splits, choices are plans within the security cap, folds join as they
// should. What is learned: tests/e2e/reproduce_test.py.
#include "apps/owner/experiments/whole_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "apps/owner/experiments/folds.h"
#include "apps/owner/experiments/idash.h"
#include "apps/owner/experiments/whole_data_rows.h"
#include "blindfit/data/open_dataset.h"
#include "blindfit/rlwe/security.h"

namespace blindfit::experiments {
namespace {

using ::testing::ElementsAre;

class WholeDataTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto folder = data::find_data_directory();
    if (!folder) {
      GTEST_SKIP() << folder.error().what();
    }
    folder_ = *folder;
  }
  std::filesystem::path folder_;
};

Eigen::Index count_of(const data::Dataset& rows, int label) {
  return std::count(rows.labels.begin(), rows.labels.end(), label);
}

TEST_F(WholeDataTest, ThreesAndEightsAreThoseOfMnist) {
  const Rows rows = mnist38_rows(folder_);
  EXPECT_EQ(rows.train.rows(), 11982);
  EXPECT_EQ(rows.heldout.rows(), 1984);
  EXPECT_EQ(rows.train.columns(), 196);
  EXPECT_EQ(count_of(rows.train, 1), 6131);  // threes among MNIST's training images
  EXPECT_EQ(count_of(rows.heldout, 1), 1010);
}

TEST_F(WholeDataTest, MedicalSetsHaveTheirPublishedShapes) {
  const data::Dataset idash = medical_rows(folder_, kIdash);
  EXPECT_EQ(idash.rows(), 1579);
  EXPECT_EQ(idash.columns(), 18);
  EXPECT_EQ(idash.classes, 2);
  const data::Dataset edin = medical_rows(folder_, "edin");
  EXPECT_EQ(edin.rows(), 1253);
  EXPECT_EQ(edin.columns(), 9);
}

TEST_F(WholeDataTest, FoldsHoldOutEveryRowOnce) {
  const data::Dataset all = medical_rows(folder_, "lbw");
  const std::vector<Rows> folds = cross_validation_rows(all);
  ASSERT_EQ(folds.size(), 5U);
  Eigen::Index held_out = 0;
  double sum = 0;
  for (const Rows& fold : folds) {
    EXPECT_EQ(fold.train.rows() + fold.heldout.rows(), all.rows());
    held_out += fold.heldout.rows();
    sum += fold.heldout.features.sum();
  }
  EXPECT_EQ(held_out, all.rows());
  EXPECT_NEAR(sum, all.features.sum(), 1e-6);
}

TEST_F(WholeDataTest, ThreesAndEightsTakeOneSmallRing) {
  const Rows rows = mnist38_rows(folder_);
  const journey::OwnerPlan plan = find_experiment("mnist38").plan(rows.train, learn::CostModel{});
  EXPECT_EQ(plan.plan.spec.tiling.features, 128U);
  EXPECT_EQ(plan.plan.costs.refreshes, 0U);
  const auto parameters = rlwe::Parameters::make(plan.plan.parameters).value();
  EXPECT_EQ(parameters.log_n(), 15U);
  EXPECT_LE(parameters.log_qp(), rlwe::max_log_qp(15));
}

TEST_F(WholeDataTest, MedicalPlanCoversTheLogitsOfItsRows) {
  const data::Dataset all = medical_rows(folder_, "pcs");
  const Rows fold = cross_validation_rows(all).front();
  const journey::OwnerPlan plan = plan_idash(fold.train, learn::CostModel{});
  const journey::PreparedData prepared = journey::prepare(fold.train, plan.preparation);
  const auto mirror = journey::run_mirror(plan, prepared, fold.train.labels);
  EXPECT_FALSE(mirror.first_exceedance);
}

TEST(WholeDataChoice, StaysWithinTheSigmoidByLessThanHalf) {
  for (const Experiment& experiment : whole_data_experiments()) {
    const learn::Activation activation = activation_of(whole_data_choice(experiment.name));
    EXPECT_LT(activation.max_error(), 0.15) << experiment.name;
  }
  EXPECT_THROW(static_cast<void>(whole_data_choice("mnist-none")), base::Error);
}

TEST(JoinFolds, AveragesSumsAndTakesTheWorst) {
  const auto fold = [](int heldout, double accuracy, double auc, double seconds, int different) {
    return nlohmann::json{{"rows", 8},
                          {"heldout_rows", heldout},
                          {"test_accuracy", {0.5, accuracy}},
                          {"owner_only_accuracy", accuracy},
                          {"auc", auc},
                          {"train_seconds", seconds},
                          {"iteration_seconds", {seconds, 2 * seconds}},
                          {"rows_different", {0, different}},
                          {"log_n", 15}};
  };
  const nlohmann::json joined = join_folds({fold(3, 1.0, 0.5, 4, 1), fold(1, 0.0, 0.9, 6, 2)});
  EXPECT_EQ(joined["folds"], 2);
  EXPECT_EQ(joined["rows"], 11);
  EXPECT_EQ(joined["heldout_rows"], 4);
  EXPECT_TRUE(joined["rows_different"][1].is_number_integer());
  EXPECT_THAT(joined["test_accuracy"].get<std::vector<double>>(), ElementsAre(0.5, 0.75));
  EXPECT_EQ(joined["owner_only_accuracy"], 0.75);
  EXPECT_EQ(joined["auc"], 0.7);
  EXPECT_EQ(joined["train_seconds"], 6);
  EXPECT_THAT(joined["fold_train_seconds"].get<std::vector<double>>(), ElementsAre(4, 6));
  EXPECT_THAT(joined["iteration_seconds"].get<std::vector<double>>(), ElementsAre(6, 12));
  EXPECT_THAT(joined["rows_different"].get<std::vector<int>>(), ElementsAre(0, 3));
  EXPECT_EQ(joined["log_n"], 15);
}

}  // namespace
}  // namespace blindfit::experiments
