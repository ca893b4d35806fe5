// SPDX-License-Identifier: Apache-2.0
// One training job from its folder to its result.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

#include "apps/cloud/result_folder.h"

namespace blindfit::cloud {

struct TrainOptions {
  std::filesystem::path job;
  std::filesystem::path out;
  bool resume = false;
  std::size_t threads = 0;
  std::optional<double> memory;  ///< bytes it may take; by default what is available
  std::optional<std::filesystem::path> validation;  ///< a query folder that lists iterations
  double wait_seconds = 0;  ///< for each answer, at most; by default training goes on at once
};

/// Loads, trains, and leaves a result; returns its record. Peak memory is that of the whole call.
/// With a validation part it leaves logits, too, and ends where the owner's answer says so.
/// Throws what open_plan, load_job, open_query, check_validation and ResultFolder throw;
/// Error{kCancelled}, after which `resume` goes on from the last finished iteration.
TrainingRecord train(const TrainOptions& options);

}  // namespace blindfit::cloud
