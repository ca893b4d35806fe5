// SPDX-License-Identifier: Apache-2.0
// What a plan leaves to the data: how much to whiten, and how wide the activation's domain must be.
#pragma once

#include <optional>
#include <span>

#include "apps/owner/journey/owner_plan.h"
#include "blindfit/data/whitening_choice.h"

namespace blindfit::journey {

/// At most 20,000 rows, evenly spaced, so that files sorted by label lose no class: enough for
/// choices.
data::Dataset sample_rows(const data::Dataset& train);

/// What of a whitening is settled; the rest is chosen.
struct WhiteningWishes {
  std::optional<Eigen::Index> components;
  std::optional<double> ridge;           ///< TransformOptions::ridge
  std::optional<double> ridge_fraction;  ///< of the total scatter, instead
  std::optional<bool> equal_units = false;
};

/// By leave-one-out error of sample_rows (data::choose_whitening). Throws Error{kInvalidArgument}
/// for more components than the rank.
data::WhiteningChoice choose_whitening(const data::Dataset& train, const WhiteningWishes& wishes);

/// Minimax, but least squares for a cubic, which has too little freedom to spend it on the ends of
/// its interval (note 0006).
learn::FitMethod fit_method(int degree) noexcept;

/// A fit of `shape`, its radius aside, whose domain the training of `request` does not leave, with
/// a tenth to spare: found by running the mirror, first with the exact sigmoid. Throws
/// Error{kInvalidArgument} if the training diverges with every domain that was tried.
learn::Activation choose_activation(learn::ActivationFit shape, const TrainingRequest& request,
                                    const PreparedData& prepared, std::span<const int> labels);

/// The same for the softmax, up to an error of 1e-2.
learn::SoftmaxApproximation choose_softmax(const TrainingRequest& request,
                                           const PreparedData& prepared,
                                           std::span<const int> labels);

}  // namespace blindfit::journey
