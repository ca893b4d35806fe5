// SPDX-License-Identifier: Apache-2.0
// Cross-validation predicts every row once, from the others.
#include "blindfit/learn/cross_validation.h"

#include <gtest/gtest.h>

namespace blindfit::learn {
namespace {

data::Dataset two_blobs(int rows) {
  Matrix features(rows, 2);
  std::vector<int> labels;
  for (int i = 0; i < rows; ++i) {
    labels.push_back(i % 2);
    features.row(i) << i % 2, 0.01 * i;
  }
  return data::make_dataset(features, labels, "two blobs").value();
}

TrainerOptions cubic_steps(int iterations) {
  TrainerOptions options;
  options.optimizer.method = Optimizer::kNag;
  options.optimizer.step = 4;
  options.activation = paper_cubic();
  options.iterations = iterations;
  return options;
}

TEST(CrossValidation, PredictsEveryRowOnceFromTheOthers) {
  const data::TransformOptions centre{data::TransformKind::kCentre, 0, 0.0};
  const auto separable = cross_validate(two_blobs(40), centre, cubic_steps(2), 5, 1);
  ASSERT_TRUE(separable);
  ASSERT_EQ(separable->accuracy.size(), 2U);
  EXPECT_DOUBLE_EQ(separable->accuracy[1], 1.0);

  // A row that no other row resembles can only be learnt from itself.
  data::Dataset lonely = two_blobs(40);
  lonely.labels[7] = 0;  // a row of class 1 by its features
  const auto with_error = cross_validate(lonely, centre, cubic_steps(2), 5, 1);
  EXPECT_DOUBLE_EQ(with_error->accuracy[1], 39.0 / 40);
}

TEST(CrossValidation, CutsComponentsDownToTheRankOfAFold) {
  const data::TransformOptions whiten{data::TransformKind::kWhiten, 2, 0.0};
  data::Dataset flat = two_blobs(20);
  flat.features.col(1).setZero();
  EXPECT_TRUE(cross_validate(flat, whiten, cubic_steps(1), 4, 1));
}

TEST(CrossValidation, NeedsLabels) {
  data::Dataset unlabelled = two_blobs(20);
  unlabelled.labels.clear();
  EXPECT_FALSE(cross_validate(unlabelled, {}, cubic_steps(1), 4, 1));
}

}  // namespace
}  // namespace blindfit::learn
