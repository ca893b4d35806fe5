// SPDX-License-Identifier: Apache-2.0
// Labelled feature rows in memory, and the deterministic ways to cut them into parts.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "blindfit/base/error.h"
#include "blindfit/data/limits.h"

namespace blindfit::data {

/// Row-major: one sample per row, as files and slots store them.
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// `features` is rows x columns without a bias column; `labels` has one entry in [0, classes) per
/// row, or is empty (and classes = 0) for unlabelled data. `source` names the file for messages.
struct Dataset {
  Matrix features;
  std::vector<int> labels;
  int classes = 0;
  std::string source;
  /// What the file calls its classes, if not by number; in the order of their bytes.
  std::vector<std::string> class_names = {};

  [[nodiscard]] Eigen::Index rows() const { return features.rows(); }
  [[nodiscard]] Eigen::Index columns() const { return features.cols(); }
};

struct Split {
  Dataset train;
  Dataset test;
};

/// Joins features and labels into a data set with classes = largest label + 1.
/// Errors: kMalformed when the counts differ, a label is negative, or fewer than
/// `limits.distinct_labels` labels occur; kTooLarge when a label is not below limits.classes. An
/// empty `labels` stands for unlabelled data.
base::Result<Dataset> make_dataset(Matrix features, std::vector<int> labels, std::string source,
                                   const Limits& limits = {});

/// Numbers the classes as in `names`, which a model was trained with. Errors: kInvalidArgument if
/// the data name a class that is not among them, or only one of the two has names.
base::Result<Dataset> with_class_names(Dataset dataset, const std::vector<std::string>& names);

/// Returns rows [first, first + count). Throws Error{kInvalidArgument} unless they all exist.
Dataset slice(const Dataset& dataset, Eigen::Index first, Eigen::Index count);
Dataset head(const Dataset& dataset, Eigen::Index count);

/// Returns the named rows in the given order; the number of classes is kept. Throws on an index out
/// of range.
Dataset select(const Dataset& dataset, std::span<const Eigen::Index> rows);

/// Returns all rows in an order that `seed` draws.
Dataset shuffled(const Dataset& dataset, std::uint64_t seed);

/// Deals the rows of each class, shuffled, round robin into `folds` folds; returns each row's fold.
/// Fold sizes differ by at most one, and so do the counts of each class. Depends on nothing but the
/// arguments.
std::vector<int> stratified_folds(std::span<const int> labels, int folds, std::uint64_t seed);

/// Splits off round(test_fraction * count) rows of every class, drawn by `seed`; both parts keep
/// the file's row order. Throws Error{kInvalidArgument} unless 0 < test_fraction < 1 and the data
/// are labelled.
Split stratified_split(const Dataset& dataset, double test_fraction, std::uint64_t seed);

/// Splits by fold number: rows with fold[i] == `held_out` form `test`.
Split split_by_fold(const Dataset& dataset, std::span<const int> folds, int held_out);

}  // namespace blindfit::data
