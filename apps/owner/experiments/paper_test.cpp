// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/paper.h"

#include <gtest/gtest.h>

#include "apps/owner/experiments/paper_rows.h"
#include "apps/owner/experiments/paper_variants.h"
#include "blindfit/data/open_dataset.h"
#include "blindfit/rlwe/security.h"

namespace blindfit::experiments {
namespace {

class PaperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto folder = data::find_data_directory();
    if (!folder) {
      GTEST_SKIP() << folder.error().what();
    }
    rows_ = paper_rows(*folder);
  }
  Rows rows_;
};

TEST_F(PaperTest, MirrorHasEveryPrintedDigitAndNoOtherDoes) {
  const journey::OwnerPlan plan = plan_paper(rows_.train, learn::CostModel{});
  journey::PreparedData prepared = journey::prepare(rows_.train, plan.preparation);
  const auto mirror = journey::run_mirror(plan, prepared, rows_.train.labels);
  EXPECT_TRUE(has_published_digits(prepared, mirror));
  prepared.design(5, 100) += 0.01;
  const auto perturbed = journey::run_mirror(plan, prepared, rows_.train.labels);
  EXPECT_FALSE(has_published_digits(prepared, perturbed));
}

TEST_F(PaperTest, FitsTheUploadAndTheSecurityThatItIsJudgedBy) {
  const journey::OwnerPlan paper = plan_paper(rows_.train, learn::CostModel{});
  EXPECT_LE(paper.plan.costs.ciphertexts_uploaded, 6U);
  const journey::OwnerPlan whitened = plan_paper_whitened(rows_.train, learn::CostModel{});
  EXPECT_LE(whitened.plan.costs.ciphertexts_uploaded, 6U);
}

TEST_F(PaperTest, LevelledPlanIsTheLongestAndHasFiveIterations) {
  const journey::OwnerPlan plan = plan_paper_levelled(rows_.train, learn::CostModel{});
  EXPECT_GE(plan.plan.spec.iterations(), 5U);
  const auto parameters = rlwe::Parameters::make(plan.plan.parameters).value();
  EXPECT_LE(parameters.log_qp(), rlwe::max_log_qp(16));
}

TEST(Experiments, AreFoundByNameAndListedOtherwise) {
  EXPECT_STREQ(find_experiment("paper").name, "paper");
  try {
    find_experiment("papers");
    FAIL() << "must throw";
  } catch (const base::Error& error) {
    EXPECT_NE(std::string(error.what()).find("paper-whitened"), std::string::npos);
  }
}

}  // namespace
}  // namespace blindfit::experiments
