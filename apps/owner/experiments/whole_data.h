// SPDX-License-Identifier: Apache-2.0
// Whole data sets, whitened by their owner and trained by full-batch NAG: what each experiment
// trains with. How the numbers were chosen, on training rows alone: note 0010.
#pragma once

#include <span>

#include "apps/owner/experiments/experiment.h"

namespace blindfit::experiments {

/// Components, iterations and depth are the experiment's; ridge, step and polynomial were searched
/// for by experiments/choose_whole_data.cpp.
struct WholeDataChoice {
  const char* name;
  Eigen::Index components;
  std::size_t iterations;
  double ridge_fraction;  ///< of the total scatter
  double step;            ///< divided by the rows
  learn::ActivationFit activation;
  journey::Refreshes refreshes = journey::Refreshes::kAuto;
};

/// One for each experiment, by its name. Throws Error{kInvalidArgument} for another name.
const WholeDataChoice& whole_data_choice(std::string_view name);

learn::Activation activation_of(const WholeDataChoice& choice);
/// The part of a choice that the owner applies in the clear.
journey::Preparation preparation_of(const WholeDataChoice& choice, const data::Dataset& train);

/// mnist, mnist-fast, mnist-pixels, mnist38.
std::span<const Experiment> whole_data_experiments();

}  // namespace blindfit::experiments
