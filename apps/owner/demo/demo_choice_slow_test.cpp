// SPDX-License-Identifier: Apache-2.0
// The demo's choice sees training digits alone, and serves digits that it has not seen.
#include <gtest/gtest.h>

#include "apps/owner/demo/demo_choice.h"
#include "blindfit/data/digits.h"
#include "blindfit/learn/cross_validation.h"
#include "blindfit/learn/head.h"
#include "blindfit/learn/loss.h"

namespace blindfit::demo {
namespace {

data::Split digits() {
  return data::stratified_split(data::embedded_digits(), 0.2, 1);
}

learn::TrainerOptions trainer(const DemoChoice& choice) {
  learn::TrainerOptions options;
  options.optimizer = {.method = learn::Optimizer::kNag, .a0 = 1, .step = choice.step};
  options.activation =
      learn::fit_activation({kDegree, choice.range, {}, learn::FitMethod::kMinimax, 0.0}).value();
  options.iterations = kIterations;
  return options;
}

data::TransformOptions whitening(const DemoChoice& choice, const data::Dataset& train) {
  const double scatter = data::principal_axes(train.features).value().eigenvalues.sum();
  return {data::TransformKind::kWhiten, choice.components, choice.ridge_percent / 100 * scatter};
}

TEST(DemoChoice, IsTheSameWhateverTheThreads) {
  const data::Dataset train = digits().train;
  base::ThreadPool one(1);
  base::ThreadPool two(2);
  const DemoChoice choice = choose_training(train, one);
  const DemoChoice again = choose_training(train, two);
  EXPECT_EQ(choice.components, again.components);
  EXPECT_EQ(choice.ridge_percent, again.ridge_percent);
  EXPECT_EQ(choice.step, again.step);
  EXPECT_EQ(choice.range, again.range);
  EXPECT_EQ(choice.accuracy, again.accuracy);
}

TEST(DemoChoice, HasTheAccuracyThatItClaimsAndNeighboursHaveNoMore) {
  const data::Dataset train = digits().train;
  base::ThreadPool pool(2);
  const DemoChoice choice = choose_training(train, pool);
  const auto validated = [&](const DemoChoice& c) {
    return learn::cross_validate(train, whitening(c, train), trainer(c), 5, 1)->accuracy.back();
  };
  EXPECT_EQ(validated(choice), choice.accuracy);
  for (const double factor : {0.5, 2.0}) {
    DemoChoice neighbour = choice;
    neighbour.step *= factor;
    neighbour.range *= factor;
    EXPECT_LT(validated(neighbour), choice.accuracy) << factor;
  }
}

TEST(DemoChoice, ServesDigitsThatItHasNotSeenWithinItsRange) {
  const data::Split split = digits();
  base::ThreadPool pool(2);
  const DemoChoice choice = choose_training(split.train, pool);
  const auto transform =
      data::fit_transform(split.train.features, whitening(choice, split.train)).value();
  const learn::TrainerOptions options = trainer(choice);
  const auto trace =
      learn::train(learn::design_matrix(data::apply(transform, split.train.features)),
                   split.train.labels, split.train.classes, options);
  EXPECT_FALSE(trace.first_exceedance);
  EXPECT_LE(1.1 * trace.largest_logit(), choice.range);
  const learn::Head head = learn::make_head(trace.weights(), transform);
  const double heldout =
      learn::accuracy(learn::logits(head, split.test.features), split.test.labels);
  EXPECT_GE(heldout, 0.94);
  EXPECT_GT(heldout,
            learn::owner_only_accuracy(split.train, split.test, transform, options.optimizer));
}

}  // namespace
}  // namespace blindfit::demo
