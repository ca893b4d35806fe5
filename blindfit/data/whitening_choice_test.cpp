// SPDX-License-Identifier: Apache-2.0
// The choice of a whitening rests on an error that is what it claims to be.
#include "blindfit/data/whitening_choice.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <random>

namespace blindfit::data {
namespace {

/// Three classes along two of `columns` directions; the others are noise.
Dataset noisy_classes(Eigen::Index rows, Eigen::Index columns) {
  std::mt19937 generator(5);
  std::normal_distribution<double> normal;
  Matrix features = Matrix::NullaryExpr(rows, columns, [&] { return normal(generator); });
  std::vector<int> labels;
  for (Eigen::Index i = 0; i < rows; ++i) {
    labels.push_back(static_cast<int>(i % 3));
    features(i, 0) += 8.0 * static_cast<double>(i % 3);
    features(i, 1) += i % 3 == 1 ? 8.0 : 0.0;
  }
  return make_dataset(features, labels, "noisy classes").value();
}

TEST(ChooseWhitening, LeavesOutNoiseDirections) {
  WhiteningGrid grid;
  grid.components = {1, 2, 3, 10};
  const auto choice = choose_whitening(noisy_classes(60, 20), grid);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->options.components, 2);
  EXPECT_LE(choice->press, choice->best_press + choice->standard_error);
}

TEST(ChooseWhitening, ComputesTheLeaveOneOutErrorOfRefittedRegressions) {
  const Dataset data = noisy_classes(12, 3);
  WhiteningGrid grid;
  grid.components = {3};
  grid.ridge_fractions = {0.01};
  const auto choice = choose_whitening(data, grid);
  // The same by definition: refit without row i, the axes and their mean fixed, an unpenalised
  // bias.
  const Eigen::Index n = data.rows();
  Matrix design(n, 4);
  design << Matrix::Ones(n, 1), data.features.rowwise() - data.features.colwise().mean();
  Matrix targets = Matrix::Constant(n, 3, -0.5);
  for (Eigen::Index i = 0; i < n; ++i) {
    targets(i, data.labels[static_cast<std::size_t>(i)]) = 0.5;
  }
  Eigen::Vector4d penalty = Eigen::Vector4d::Constant(choice->options.ridge);
  penalty(0) = 0.0;
  double error = 0.0;
  for (Eigen::Index i = 0; i < n; ++i) {
    Matrix x = design;
    x.row(i).setZero();
    Matrix y = targets;
    y.row(i).setZero();
    Matrix gram = x.transpose() * x;
    gram.diagonal() += penalty;
    const Matrix w = gram.ldlt().solve(x.transpose() * y);
    error += (targets.row(i) - design.row(i) * w).squaredNorm();
  }
  EXPECT_NEAR(choice->press, error / static_cast<double>(n), 1e-10);
}

TEST(ChooseWhitening, NeedsLabels) {
  Dataset data = noisy_classes(12, 3);
  data.labels.clear();
  EXPECT_FALSE(choose_whitening(data));
  WhiteningGrid empty;
  empty.components.clear();
  EXPECT_FALSE(choose_whitening(noisy_classes(12, 3), empty));
}

TEST(ChooseWhitening, TakesEqualUnitsWhereTheFilesHideTheClasses) {
  Dataset data = noisy_classes(200, 6);
  data.features.rightCols(4) *= 1e4;
  WhiteningGrid grid;
  grid.components = {5};
  grid.try_equal_units = true;
  const auto equal = choose_whitening(data, grid);
  EXPECT_TRUE(equal->options.equal_units);
  grid.try_equal_units = false;
  const auto file = choose_whitening(data, grid);
  EXPECT_FALSE(file->options.equal_units);
  EXPECT_LT(equal->press, file->press);
  grid.try_file_units = false;
  EXPECT_FALSE(choose_whitening(data, grid));
}

}  // namespace
}  // namespace blindfit::data
