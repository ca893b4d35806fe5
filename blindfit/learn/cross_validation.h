// SPDX-License-Identifier: Apache-2.0
// Choosing hyper-parameters without held-out rows: k-fold cross-validation of transform and
// trainer.
#pragma once

#include <cstdint>
#include <vector>

#include "blindfit/learn/plaintext_trainer.h"

namespace blindfit::learn {

struct CrossValidation {
  std::vector<double> accuracy;  ///< after each iteration, over all rows, each predicted once
  double largest_logit = 0;      ///< at which an activation was evaluated, in any fold
};

/// Holds out each of `folds` stratified folds of `dataset` in turn and, on the rest, fits the
/// transform (its components cut down to the rank of those rows), trains, and predicts the fold.
/// The plaintext mirror stands in for the cloud, so this costs the owner folds x iterations dense
/// products. Errors: those of fit_transform; kInvalidArgument for unlabelled rows.
base::Result<CrossValidation> cross_validate(const data::Dataset& dataset,
                                             const data::TransformOptions& transform,
                                             const TrainerOptions& trainer, int folds,
                                             std::uint64_t seed);

}  // namespace blindfit::learn
