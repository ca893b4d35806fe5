// SPDX-License-Identifier: Apache-2.0
// What is reported about a model, in the clear: the paper's loss, accuracy, confusion.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "blindfit/data/dataset.h"

namespace blindfit::learn {

using data::Matrix;

/// The paper's SLE(W) = sum over rows i and classes j of ln|sigmoid(z_ij) - 1 + y_ij|, which is
/// minus the summed one-vs-rest binary cross-entropy (paper.md 2.3); -inf never occurs for finite
/// logits. `logits` is rows x classes. Throws Error{kInvalidArgument} unless there is one label in
/// [0, classes) per row.
double squared_likelihood_error(const Matrix& logits, std::span<const int> labels);

/// The class of the largest logit of each row; the first wins a tie.
std::vector<int> predict(const Matrix& logits);

/// The fraction of rows whose predicted class is the label. Throws as above, and on no rows.
double accuracy(const Matrix& logits, std::span<const int> labels);

/// The area under the receiver operating characteristic: how likely a row of label 1 scores above
/// one of label 0, ties counting half (Mann and Whitney). O(n log n). Throws
/// Error{kInvalidArgument} unless there is one label, 0 or 1, per score and both occur.
double area_under_curve(std::span<const double> scores, std::span<const int> labels);

/// Entry (i, j) counts the rows of class i that are predicted as j. Throws as above.
Eigen::MatrixXi confusion_matrix(const Matrix& logits, std::span<const int> labels);

}  // namespace blindfit::learn
