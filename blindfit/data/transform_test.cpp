// SPDX-License-Identifier: Apache-2.0
// Transforms do what they define, and heads trained behind them fold back to plain features.
#include "blindfit/data/transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace blindfit::data {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;

/// Correlated features with a large mean; the last column is constant.
Matrix example(Eigen::Index rows, Eigen::Index columns, unsigned seed = 1) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal;
  const auto draw = [&] { return normal(generator); };
  Matrix mixing = Matrix::NullaryExpr(columns, columns, draw);
  Matrix features = Matrix::NullaryExpr(rows, columns, draw) * mixing;
  features.array() += 10.0;
  features.col(columns - 1).setConstant(3.5);
  return features;
}

FeatureTransform fit(const Matrix& features, TransformKind kind, Eigen::Index components = 0,
                     double ridge = 0.0) {
  return fit_transform(features, {kind, components, ridge}).value();
}

TEST(FeatureTransform, NoneAndCentreKeepWhatTheyShould) {
  const Matrix features = example(20, 4);
  EXPECT_EQ(apply(fit(features, TransformKind::kNone), features), features);
  const Matrix centre = apply(fit(features, TransformKind::kCentre), features);
  EXPECT_LT(centre.colwise().mean().cwiseAbs().maxCoeff(), 1e-13);
  EXPECT_LT(((features - centre).rowwise() - features.colwise().mean()).cwiseAbs().maxCoeff(),
            1e-13);
}

TEST(FeatureTransform, StandardiseGivesUnitVarianceAndSparesConstantColumns) {
  const Matrix features = example(50, 4);
  const Matrix y = apply(fit(features, TransformKind::kStandardise), features);
  const Eigen::RowVectorXd variance = y.colwise().squaredNorm() / 50.0;
  EXPECT_LT((variance.head(3).array() - 1.0).abs().maxCoeff(), 1e-12);
  EXPECT_LT(y.col(3).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(FeatureTransform, WhiteningWithoutRidgeGivesTheIdentityCovariance) {
  for (const Eigen::Index rows : {40, 5}) {  // more rows than columns, and fewer
    const Matrix features = example(rows, 8);
    const Eigen::Index rank = std::min<Eigen::Index>(rows - 1, 7);
    const Matrix y = apply(fit(features, TransformKind::kWhiten, rank), features);
    const Matrix covariance = y.transpose() * y / static_cast<double>(rows);
    EXPECT_LT((covariance - Matrix::Identity(rank, rank)).cwiseAbs().maxCoeff(), 1e-9);
  }
}

TEST(FeatureTransform, RidgeShrinksEachComponentByItsDefinition) {
  const Matrix features = example(40, 6);
  const Eigen::VectorXd lambda = principal_axes(features)->eigenvalues;
  constexpr double kRidge = 25.0;
  const Matrix y = apply(fit(features, TransformKind::kWhiten, 3, kRidge), features);
  for (Eigen::Index j = 0; j < 3; ++j) {
    EXPECT_NEAR(y.col(j).squaredNorm() / 40.0, lambda(j) / (lambda(j) + kRidge), 1e-12);
  }
}

TEST(PrincipalAxes, AreTheSameFromEitherGramMatrix) {
  // The tall matrix is the wide one over and over: the scatter grows by the same factor everywhere.
  const Matrix wide = example(6, 8);
  const Matrix tall = wide.replicate(3, 1);
  const PrincipalAxes a = principal_axes(wide).value();
  const PrincipalAxes b = principal_axes(tall).value();
  ASSERT_EQ(a.eigenvalues.size(), 5);
  ASSERT_EQ(b.eigenvalues.size(), 5);
  EXPECT_LT((3.0 * a.eigenvalues - b.eigenvalues).norm(), 1e-9 * b.eigenvalues(0));
  EXPECT_LT((a.axes - b.axes).cwiseAbs().maxCoeff(), 1e-7);
}

TEST(FoldBack, GivesTheSameLogitsOnPlainFeatures) {
  const Matrix features = example(30, 6);
  const Matrix fresh = example(10, 6, 2);
  for (const FeatureTransform& transform :
       {fit(features, TransformKind::kNone), fit(features, TransformKind::kCentre),
        fit(features, TransformKind::kStandardise),
        fit(features, TransformKind::kWhiten, 3, 5.0)}) {
    LinearMap head{example(4, transform.outputs(), 3), Eigen::Vector4d(1, -2, 3, -4)};
    const Matrix expected =
        (apply(transform, fresh) * head.weights.transpose()).rowwise() + head.bias.transpose();
    const LinearMap plain = fold_back(transform, head);
    const Matrix seen = (fresh * plain.weights.transpose()).rowwise() + plain.bias.transpose();
    EXPECT_LT((seen - expected).cwiseAbs().maxCoeff(), 1e-11 * expected.cwiseAbs().maxCoeff());
    head.weights(0, 0) += 1e-6;  // the comparison can fail
    EXPECT_GT(
        (fresh * fold_back(transform, head).weights.transpose() - fresh * plain.weights.transpose())
            .cwiseAbs()
            .maxCoeff(),
        1e-9);
  }
}

TEST(FeatureTransform, RefusesWhatItCannotFit) {
  const Matrix features = example(10, 4);
  const auto code = [&](const Matrix& x, const TransformOptions& options) {
    const auto transform = fit_transform(x, options);
    return transform ? std::string() : std::string(transform.error().what());
  };
  EXPECT_THAT(code(features, {TransformKind::kWhiten, 4, 1.0}), HasSubstr("[1, 3]"));
  EXPECT_THAT(code(features, {TransformKind::kWhiten, 0, 1.0}), HasSubstr(": 0"));
  EXPECT_THAT(code(features, {TransformKind::kWhiten, 2, -1.0}), HasSubstr("ridge"));
  EXPECT_THAT(code(Matrix(0, 4), {TransformKind::kCentre, 0, 0.0}), HasSubstr("at least one row"));
  Matrix bad = features;
  bad(1, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(code(bad, {TransformKind::kStandardise, 0, 0.0}), HasSubstr("finite"));
  EXPECT_THROW(apply(fit(features, TransformKind::kCentre), example(3, 5)), base::Error);
}

TEST(ConformingTransform, RefusesFieldsThatDoNotAgree) {
  const Matrix features = example(10, 4);
  const FeatureTransform whitening = fit(features, TransformKind::kWhiten, 2, 1.0);
  EXPECT_TRUE(conforming(whitening));
  EXPECT_TRUE(conforming(fit(features, TransformKind::kStandardise)));
  EXPECT_TRUE(conforming(fit(features, TransformKind::kNone)));
  FeatureTransform bad = whitening;
  bad.kind = TransformKind::kStandardise;
  EXPECT_EQ(conforming(bad).error().code(), ErrorCode::kMalformed);
  bad = whitening;
  bad.mean.conservativeResize(3);
  EXPECT_FALSE(conforming(bad));
  bad = whitening;
  bad.projection(0, 0) = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(conforming(bad));
}

TEST(FeatureTransform, EqualUnitsMakeUnitsMeanNothing) {
  const Matrix features = example(40, 6);
  const Eigen::VectorXd units =
      Eigen::VectorXd::LinSpaced(6, -6, 6).unaryExpr([](double e) { return std::pow(10.0, e); });
  const Matrix rescaled = features * units.asDiagonal();
  const TransformOptions options{TransformKind::kWhiten, 3, 5.0, true};
  const FeatureTransform fitted = fit_transform(rescaled, options).value();
  const Matrix y = apply(fitted, rescaled);
  EXPECT_LT((y - apply(fit_transform(features, options).value(), features)).cwiseAbs().maxCoeff(),
            1e-9);
  // By definition: whitened standardised features, the constant column left out.
  const Matrix standard = apply(fit(features, TransformKind::kStandardise), features).leftCols(5);
  EXPECT_LT(
      (y - apply(fit(standard, TransformKind::kWhiten, 3, 5.0), standard)).cwiseAbs().maxCoeff(),
      1e-9);
  EXPECT_EQ(fitted.projection.col(5), Eigen::VectorXd::Zero(3));
  // A control: in the units of the file it makes a difference.
  EXPECT_GT((y - apply(fit(rescaled, TransformKind::kWhiten, 3, 5.0), rescaled)).norm(), 0.1);
}

}  // namespace
}  // namespace blindfit::data
