// SPDX-License-Identifier: Apache-2.0
// Cross-validation sees training rows only, and chooses a configuration that serves the digits.
#include "blindfit/learn/cross_validation.h"

#include <gtest/gtest.h>

#include "blindfit/data/digits.h"
#include "blindfit/learn/loss.h"

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

/// The configuration recommended for `blindfit demo`, chosen by 5-fold cross-validation on training
/// rows of ten splits: 61 components (all), ridge 1 % of the scatter, degree 7 on [-13, 13], three
/// steps of 10/n.
TEST(DigitsConfiguration, BeatsTheOwnersProductWithinTheDomain) {
  const data::Split split = data::stratified_split(data::embedded_digits(), 0.2, 1);
  const auto axes = data::principal_axes(split.train.features).value();
  const data::TransformOptions whitening{data::TransformKind::kWhiten, axes.eigenvalues.size(),
                                         0.01 * axes.eigenvalues.sum()};
  ASSERT_EQ(whitening.components, 61);
  const Activation activation = fit_activation({7, 13, {}, FitMethod::kMinimax, 0.0}).value();
  TrainerOptions options;
  options.optimizer.method = Optimizer::kNag;
  options.optimizer.step = 10;
  options.activation = activation;
  options.iterations = 3;

  const auto validation = cross_validate(split.train, whitening, options, 5, 1).value();
  EXPECT_GE(validation.accuracy[2], 0.945);
  EXPECT_GT(validation.accuracy[2], validation.accuracy[0]);
  EXPECT_LT(1.1 * validation.largest_logit, activation.domain());

  const auto transform = data::fit_transform(split.train.features, whitening).value();
  const TrainingTrace trace = train(design_matrix(data::apply(transform, split.train.features)),
                                    split.train.labels, 10, options);
  EXPECT_FALSE(trace.first_exceedance);
  EXPECT_LT(1.1 * trace.largest_logit(), activation.domain());
  const double heldout = accuracy(
      logits(make_head(trace.weights(), transform), split.test.features), split.test.labels);
  EXPECT_GE(heldout, 0.95);
  EXPECT_GT(heldout, owner_only_accuracy(split.train, split.test, transform, options.optimizer));
}

}  // namespace
}  // namespace blindfit::learn
