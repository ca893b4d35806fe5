// SPDX-License-Identifier: Apache-2.0
// An experiment on small data, run once for each fold that is held out, and its figures joined.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "apps/owner/experiments/run_experiment.h"

namespace blindfit::experiments {

/// Joins the figures of folds: accuracies are means weighted by held-out rows, areas (auc and names
/// that end in _auc) plain means, counts of rows sums, seconds, bytes, memory and errors those of
/// the worst fold; what does not differ, or has no such meaning, is the first fold's. Adds folds,
/// rows (all of them) and fold_train_seconds. `figures` must not be empty.
nlohmann::json join_folds(const std::vector<nlohmann::json>& figures);

/// Runs `experiment` on each of `folds`; `plaintext(rows)` adds figures to each. Throws as
/// run_on_rows.
nlohmann::json run_folds(const Experiment& experiment, const std::vector<Rows>& folds,
                         const learn::CostModel& cost, const RunOptions& options,
                         nlohmann::json (*plaintext)(const Rows& rows));

}  // namespace blindfit::experiments
