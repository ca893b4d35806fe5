// SPDX-License-Identifier: Apache-2.0
// Runs one experiment from plain rows to figures, with the cloud as a process of its own.
#pragma once

#include <filesystem>

#include "apps/owner/experiments/experiment.h"

namespace blindfit::experiments {

struct RunOptions {
  std::filesystem::path data;     ///< folder of shared data
  std::filesystem::path scratch;  ///< where the two temporary folders are made; empty: the system's
  std::size_t threads = 0;
};

/// `options` with the number of threads that 0 stands for.
RunOptions settle(RunOptions options);

/// Keys, encryption and decryption happen in a folder of the owner's; the cloud's program runs in
/// another that holds the upload and nothing else. Both are removed at the end. Returns the figures
/// as a flat JSON object. Throws what the parts throw.
nlohmann::json run_experiment(const Experiment& experiment, const RunOptions& options);

/// The same on rows at hand, with a cost model that has been measured and options that are settled.
nlohmann::json run_on_rows(const Experiment& experiment, const Rows& rows,
                           const learn::CostModel& cost, const RunOptions& options);

}  // namespace blindfit::experiments
