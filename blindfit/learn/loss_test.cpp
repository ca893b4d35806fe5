// SPDX-License-Identifier: Apache-2.0
// Losses by their definition, ties by the first, and no infinity where the paper's own code has
// one.
#include "blindfit/learn/loss.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace blindfit::learn {
namespace {

using ::testing::ElementsAre;

TEST(SquaredLikelihoodError, IsTheDefinitionForModerateLogits) {
  const Matrix z = (Matrix(2, 3) << 0.5, -1, 2, 3, 0, -2).finished();
  const std::vector<int> labels{2, 0};
  double expected = 0;
  for (Eigen::Index i = 0; i < 2; ++i) {
    for (Eigen::Index j = 0; j < 3; ++j) {
      const double y = labels[static_cast<std::size_t>(i)] == j ? 1.0 : 0.0;
      expected += std::log(std::abs(1 / (1 + std::exp(-z(i, j))) - 1 + y));
    }
  }
  EXPECT_NEAR(squared_likelihood_error(z, labels), expected, 1e-14);
}

TEST(SquaredLikelihoodError, OfTheZeroModelIsRowsTimesClassesTimesLogHalf) {
  const std::vector<int> labels(7, 3);
  EXPECT_NEAR(squared_likelihood_error(Matrix::Zero(7, 10), labels), 70 * std::log(0.5), 1e-12);
}

TEST(SquaredLikelihoodError, StaysFiniteWhereTheSigmoidSaturates) {
  const Matrix z = (Matrix(1, 2) << -800, 900).finished();
  const std::vector<int> labels{0};
  EXPECT_EQ(squared_likelihood_error(z, labels), -1700.0);
}

TEST(Predict, TakesTheFirstOfATie) {
  const Matrix z = (Matrix(3, 3) << 1, 1, 0, 0, 2, 2, -1, -2, -1).finished();
  EXPECT_THAT(predict(z), ElementsAre(0, 1, 0));
}

TEST(ConfusionMatrix, CountsRowsByLabelAndPrediction) {
  const Matrix z = (Matrix(4, 2) << 1, 0, 0, 1, 1, 0, 0, 1).finished();
  const std::vector<int> labels{0, 0, 1, 1};
  EXPECT_EQ(confusion_matrix(z, labels), (Eigen::MatrixXi(2, 2) << 1, 1, 1, 1).finished());
  EXPECT_EQ(accuracy(z, labels), 0.5);
}

TEST(AreaUnderCurve, IsTheShareOfPairsInOrder) {
  const std::vector<double> scores{0.1, 0.4, 0.35, 0.8};
  EXPECT_EQ(area_under_curve(scores, std::vector<int>{0, 0, 1, 1}), 0.75);
  EXPECT_EQ(area_under_curve(scores, std::vector<int>{1, 1, 0, 0}), 0.25);
  EXPECT_EQ(area_under_curve(scores, std::vector<int>{0, 1, 0, 1}), 1.0);
}

TEST(AreaUnderCurve, CountsTiesHalf) {
  const std::vector<double> scores{1, 1, 1, 2};
  EXPECT_EQ(area_under_curve(scores, std::vector<int>{0, 0, 1, 1}), 0.75);
  EXPECT_EQ(area_under_curve(std::vector<double>(6, 3.0), std::vector<int>{0, 1, 0, 1, 1, 1}), 0.5);
}

TEST(AreaUnderCurve, ThrowsUnlessBothLabelsOccurAndNoOther) {
  const std::vector<double> scores{1, 2};
  EXPECT_THROW(static_cast<void>(area_under_curve(scores, std::vector<int>{1, 1})), base::Error);
  EXPECT_THROW(static_cast<void>(area_under_curve(scores, std::vector<int>{0, 2})), base::Error);
  EXPECT_THROW(static_cast<void>(area_under_curve(scores, std::vector<int>{0})), base::Error);
}

TEST(Loss, ThrowsOnLabelsThatDoNotFit) {
  const Matrix z = Matrix::Zero(2, 2);
  EXPECT_THROW(static_cast<void>(accuracy(z, std::vector<int>{0})), base::Error);
  EXPECT_THROW(static_cast<void>(accuracy(z, std::vector<int>{0, 2})), base::Error);
  EXPECT_THROW(static_cast<void>(accuracy(Matrix(0, 2), std::vector<int>{})), base::Error);
  EXPECT_THROW(static_cast<void>(squared_likelihood_error(z, std::vector<int>{0, -1})),
               base::Error);
}

}  // namespace
}  // namespace blindfit::learn
