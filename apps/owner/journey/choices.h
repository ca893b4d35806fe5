// SPDX-License-Identifier: Apache-2.0
// What a plan leaves to the data: how much to whiten, and how wide the activation's domain must be.
#pragma once

#include <optional>
#include <span>

#include "apps/owner/journey/owner_plan.h"

namespace blindfit::journey {

/// Components and ridge by leave-one-out error of the training rows (data::choose_whitening); a
/// given `components` or `ridge` is kept.
data::TransformOptions choose_whitening(const data::Dataset& train,
                                        std::optional<Eigen::Index> components,
                                        std::optional<double> ridge);

/// Minimax, but least squares for a cubic, which has too little freedom to spend it on the ends of
/// its interval (note 0006).
learn::FitMethod fit_method(int degree) noexcept;

/// A fit of odd degree whose domain the training of `request` does not leave, with a tenth to
/// spare: found by running the mirror, first with the exact sigmoid. Throws Error{kInvalidArgument}
/// if the training diverges with every domain that was tried.
learn::Activation choose_activation(int degree, const TrainingRequest& request,
                                    const PreparedData& prepared, std::span<const int> labels);

}  // namespace blindfit::journey
