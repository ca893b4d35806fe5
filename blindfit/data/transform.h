// SPDX-License-Identifier: Apache-2.0
// Preprocessing that the owner applies in the clear before encryption, and folds back into the
// decrypted head (note 0006).
#pragma once

#include <Eigen/Core>

#include "blindfit/base/error.h"
#include "blindfit/data/dataset.h"

namespace blindfit::data {

enum class TransformKind {
  kNone,         ///< y = x
  kCentre,       ///< y = x - mean
  kStandardise,  ///< y = (x - mean) / standard deviation
  kWhiten,       ///< y = A (x - mean): principal components of equal variance
};

/// What to fit. All fields but the first concern kWhiten only.
struct TransformOptions {
  TransformKind kind = TransformKind::kNone;
  Eigen::Index components = 0;
  /// Added to every eigenvalue of the scatter matrix, so in units of (feature value)^2 summed over
  /// rows.
  double ridge = 0.0;
  /// Divide every column by its deviation before the axes are found: for columns of different
  /// units, of which those with small numbers would count for nothing. `ridge` is then in such
  /// units too.
  bool equal_units = false;
};

/// An affine map of features, y = diag(scale) (x - mean) or y = projection (x - mean). A plain
/// value: copy its fields to store it. Fields that the kind does not use are empty.
struct FeatureTransform {
  TransformKind kind = TransformKind::kNone;
  Eigen::Index inputs = 0;
  Eigen::VectorXd mean;   ///< inputs; every kind but kNone
  Eigen::VectorXd scale;  ///< inputs; kStandardise
  Matrix projection;      ///< components x inputs; kWhiten

  [[nodiscard]] Eigen::Index outputs() const {
    return kind == TransformKind::kWhiten ? projection.rows() : inputs;
  }
};

/// Weights (classes x features, without a bias column) and biases (classes) of a linear classifier.
struct LinearMap {
  Matrix weights;
  Eigen::VectorXd bias;
};

/// Fits the transform on `features`, which must be training rows only.
///
/// kStandardise divides by the population deviation (1/n); a constant column is only centred.
/// kWhiten: with C the centred features (n rows; standardised ones if options.equal_units, A then
///   contains the division) and C^T C = V diag(lambda) V^T, lambda descending,
///   A_j = sqrt(n / (lambda_j + ridge)) v_j^T,  j < components,
/// signs fixed so that the largest entry of each v_j is positive. With ridge = 0 every component
/// has variance 1, and a gradient step of 4/n from W = 0 is then the Newton step of the sigmoid's
/// curvature 1/4. Errors: kInvalidArgument for no rows, values that are not finite, a negative
/// ridge, or components outside [1, rank of C].
base::Result<FeatureTransform> fit_transform(const Matrix& features,
                                             const TransformOptions& options);

/// Returns rows x outputs() transformed features. Throws Error{kInvalidArgument} unless columns =
/// transform.inputs.
Matrix apply(const FeatureTransform& transform, const Matrix& features);
Dataset apply(const FeatureTransform& transform, const Dataset& dataset);

/// Turns a classifier of transformed features into the one of plain features with the same logits
/// (up to rounding). Throws Error{kInvalidArgument} unless its columns = transform.outputs().
LinearMap fold_back(const FeatureTransform& transform, const LinearMap& on_transformed);

/// Checks that the fields agree with the kind and each other and are finite: for a transform that
/// was stored. Errors: kMalformed.
base::Result<FeatureTransform> conforming(FeatureTransform transform);

/// The principal axes of centred features: C = U diag(sqrt(lambda)) V^T cut off at the numerical
/// rank.
struct PrincipalAxes {
  Eigen::VectorXd mean;         ///< d
  Eigen::VectorXd eigenvalues;  ///< rank, of C^T C, descending
  Matrix axes;                  ///< rank x d, orthonormal rows v_j
};
/// Errors: kInvalidArgument for no rows or values that are not finite. Cost: n d min(n, d) + min(n,
/// d)^3.
base::Result<PrincipalAxes> principal_axes(const Matrix& features);

/// Features divided by the deviation of their columns; constant columns become zero. Errors: as
/// principal_axes.
base::Result<Matrix> in_equal_units(const Matrix& features);

}  // namespace blindfit::data
