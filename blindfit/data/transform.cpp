// SPDX-License-Identifier: Apache-2.0
#include "blindfit/data/transform.h"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace blindfit::data {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Eigen::Index;

Result<Matrix> centred(const Matrix& features) {
  if (features.rows() == 0 || features.cols() == 0) {
    return Error(ErrorCode::kInvalidArgument,
                 "a transform must be fitted on at least one row and column: " +
                     std::to_string(features.rows()) + " x " + std::to_string(features.cols()));
  }
  if (!features.allFinite()) {
    return Error(ErrorCode::kInvalidArgument,
                 "features must be finite to fit a transform; replace or drop NaN and inf");
  }
  return Matrix(features.rowwise() - features.colwise().mean());
}

/// Eigenvalues at most this fraction of the largest are rounding errors of a rank-deficient matrix.
double rank_tolerance(const Matrix& features) {
  return static_cast<double>(std::max(features.rows(), features.cols())) *
         std::numeric_limits<double>::epsilon();
}

void fix_signs(Matrix& axes) {
  for (Index j = 0; j < axes.rows(); ++j) {
    Index largest = 0;
    axes.row(j).cwiseAbs().maxCoeff(&largest);
    if (axes(j, largest) < 0.0) {
      axes.row(j) *= -1.0;
    }
  }
}

/// 1 / deviation of each column, `constant` for a column that leaves only rounding errors of its
/// mean behind.
Eigen::VectorXd inverse_deviations(const Matrix& features, const Matrix& centre, double constant) {
  const auto rows = static_cast<double>(features.rows());
  const Eigen::ArrayXd deviation = (centre.colwise().squaredNorm() / rows).cwiseSqrt().transpose();
  const Eigen::ArrayXd zero =
      rank_tolerance(features) * features.cwiseAbs().colwise().maxCoeff().transpose();
  return (deviation > zero).select(deviation.inverse(), constant);
}

Result<FeatureTransform> fit_whitening_as_they_are(const Matrix& features,
                                                   const TransformOptions& options) {
  if (!(options.ridge >= 0.0) || !std::isfinite(options.ridge)) {
    return Error(ErrorCode::kInvalidArgument,
                 "the ridge must be a finite number >= 0: " + std::to_string(options.ridge));
  }
  const Result<PrincipalAxes> axes = principal_axes(features);
  if (!axes) {
    return axes.error();
  }
  const Index rank = axes->eigenvalues.size();
  if (options.components < 1 || options.components > rank) {
    return Error(ErrorCode::kInvalidArgument, "components must be in [1, " + std::to_string(rank) +
                                                  "], the rank of the centred training features: " +
                                                  std::to_string(options.components));
  }
  FeatureTransform transform{TransformKind::kWhiten, features.cols(), axes->mean, {}, {}};
  const auto rows = static_cast<double>(features.rows());
  const Eigen::VectorXd gains =
      (rows / (axes->eigenvalues.head(options.components).array() + options.ridge)).sqrt();
  transform.projection = gains.asDiagonal() * axes->axes.topRows(options.components);
  return transform;
}

Result<FeatureTransform> fit_whitening(const Matrix& features, const TransformOptions& options) {
  if (!options.equal_units) {
    return fit_whitening_as_they_are(features, options);
  }
  const Result<Matrix> centre = centred(features);
  if (!centre) {
    return centre.error();
  }
  const Eigen::VectorXd scale = inverse_deviations(features, *centre, 0.0);
  Result<FeatureTransform> fitted =
      fit_whitening_as_they_are(*centre * scale.asDiagonal(), options);
  if (!fitted) {
    return fitted;
  }
  FeatureTransform transform = std::move(fitted).value();
  transform.mean = features.colwise().mean().transpose();
  transform.projection *= scale.asDiagonal();
  return transform;
}

void require_columns(Index expected, Index seen, const char* what) {
  if (expected != seen) {
    throw Error(ErrorCode::kInvalidArgument, std::string(what) + " must have " +
                                                 std::to_string(expected) +
                                                 " columns: " + std::to_string(seen));
  }
}

}  // namespace

Result<PrincipalAxes> principal_axes(const Matrix& features) {
  const Result<Matrix> centre = centred(features);
  if (!centre) {
    return centre.error();
  }
  const bool wide = features.rows() < features.cols();
  // The smaller of the two Gram matrices has the same eigenvalues.
  const Eigen::MatrixXd gram = wide ? Eigen::MatrixXd(*centre * centre->transpose())
                                    : Eigen::MatrixXd(centre->transpose() * *centre);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram);
  if (solver.info() != Eigen::Success) {
    return Error(ErrorCode::kInvalidArgument,
                 "the principal axes must be computable; check the features for extreme values");
  }
  const Eigen::VectorXd& ascending = solver.eigenvalues();
  const double smallest = ascending.tail(1)(0) * rank_tolerance(features);
  const auto rank = static_cast<Index>((ascending.array() > smallest).count());
  PrincipalAxes result{features.colwise().mean().transpose(), ascending.tail(rank).reverse(), {}};
  const Eigen::MatrixXd vectors = solver.eigenvectors().rightCols(rank).rowwise().reverse();
  if (wide) {  // v = C^T u / sqrt(lambda)
    const Eigen::VectorXd inverse = result.eigenvalues.array().sqrt().inverse();
    result.axes = inverse.asDiagonal() * (vectors.transpose() * *centre);
  } else {
    result.axes = vectors.transpose();
  }
  fix_signs(result.axes);
  return result;
}

Result<Matrix> in_equal_units(const Matrix& features) {
  const Result<Matrix> centre = centred(features);
  if (!centre) {
    return centre.error();
  }
  return Matrix(*centre * inverse_deviations(features, *centre, 0.0).asDiagonal());
}

Result<FeatureTransform> fit_transform(const Matrix& features, const TransformOptions& options) {
  if (options.kind == TransformKind::kWhiten) {
    return fit_whitening(features, options);
  }
  FeatureTransform transform;
  transform.kind = options.kind;
  transform.inputs = features.cols();
  if (options.kind == TransformKind::kNone) {
    return transform;
  }
  const Result<Matrix> centre = centred(features);
  if (!centre) {
    return centre.error();
  }
  transform.mean = features.colwise().mean().transpose();
  if (options.kind == TransformKind::kStandardise) {
    transform.scale = inverse_deviations(features, *centre, 1.0);
  }
  return transform;
}

Matrix apply(const FeatureTransform& transform, const Matrix& features) {
  require_columns(transform.inputs, features.cols(), "features to transform");
  if (transform.kind == TransformKind::kNone) {
    return features;
  }
  Matrix centre = features.rowwise() - transform.mean.transpose();
  switch (transform.kind) {
    case TransformKind::kStandardise:
      return centre * transform.scale.asDiagonal();
    case TransformKind::kWhiten:
      return centre * transform.projection.transpose();
    default:
      return centre;
  }
}

Dataset apply(const FeatureTransform& transform, const Dataset& dataset) {
  return {apply(transform, dataset.features), dataset.labels, dataset.classes, dataset.source,
          dataset.class_names};
}

LinearMap fold_back(const FeatureTransform& transform, const LinearMap& on_transformed) {
  require_columns(transform.outputs(), on_transformed.weights.cols(), "weights to fold back");
  LinearMap plain = on_transformed;
  if (transform.kind == TransformKind::kStandardise) {
    plain.weights = on_transformed.weights * transform.scale.asDiagonal();
  } else if (transform.kind == TransformKind::kWhiten) {
    plain.weights = on_transformed.weights * transform.projection;
  }
  if (transform.kind != TransformKind::kNone) {
    plain.bias -= plain.weights * transform.mean;
  }
  return plain;
}

Result<FeatureTransform> conforming(FeatureTransform transform) {
  const Index inputs = transform.inputs;
  const bool has_mean = transform.kind != TransformKind::kNone;
  const bool has_scale = transform.kind == TransformKind::kStandardise;
  const bool has_projection = transform.kind == TransformKind::kWhiten;
  const bool sizes_agree =
      inputs >= 1 && transform.mean.size() == (has_mean ? inputs : 0) &&
      transform.scale.size() == (has_scale ? inputs : 0) &&
      (has_projection ? transform.projection.rows() >= 1 && transform.projection.cols() == inputs
                      : transform.projection.size() == 0);
  if (!sizes_agree) {
    return Error(
        ErrorCode::kMalformed,
        "a stored transform must have a mean, scale and projection that fit its kind and " +
            std::to_string(inputs) + " inputs");
  }
  if (!transform.mean.allFinite() || !transform.scale.allFinite() ||
      !transform.projection.allFinite()) {
    return Error(ErrorCode::kMalformed, "the numbers of a stored transform must be finite");
  }
  return transform;
}

}  // namespace blindfit::data
