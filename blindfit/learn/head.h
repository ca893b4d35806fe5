// SPDX-License-Identifier: Apache-2.0
// The product: a linear classifier of plain features, and the file that NumPy loads.
#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <string>
#include <vector>

#include "blindfit/data/transform.h"

namespace blindfit::learn {

using data::Matrix;

/// Weights (classes x features) and biases (classes).
struct Head {
  Matrix weights;
  Eigen::VectorXd bias;
  std::vector<std::string> names = {};  ///< of the classes; empty if they have numbers only

  [[nodiscard]] Eigen::Index classes() const { return weights.rows(); }
  [[nodiscard]] Eigen::Index features() const { return weights.cols(); }
};

/// The design matrix of training: a column of ones before the features (paper.md 2.1).
Matrix design_matrix(const Matrix& features);

/// Folds trained weights (classes x (1 + transform.outputs()), bias first) back to plain features.
/// Throws Error{kInvalidArgument} if the columns do not fit.
Head make_head(const Matrix& trained, const data::FeatureTransform& transform);

/// rows x classes logits of plain features. Throws Error{kInvalidArgument} if the columns do not
/// fit.
Matrix logits(const Head& head, const Matrix& features);

/// Writes members weights (c x d, <f8), bias (c, <f8) and classes (c, <i8: the labels 0..c-1, as
/// scikit-learn's classes_), and names (c, |S) if there are any, for numpy.load; whole or not at
/// all. Errors: kIo.
[[nodiscard]] base::Status save_head(const Head& head, const std::filesystem::path& path);

/// Reads such a file. Errors: those of reading NPZ and NPY files; kMalformed, naming the member,
/// for members that are missing, of other shapes, not finite, or not in that order of classes.
base::Result<Head> load_head(const std::filesystem::path& path, const data::Limits& limits = {});

}  // namespace blindfit::learn
