// SPDX-License-Identifier: Apache-2.0
// Logistic regression on the iDASH 2017 set and on the classical medical sets that papers on
// encrypted training report, five folds each.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "apps/owner/experiments/run_experiment.h"

namespace blindfit::experiments {

inline constexpr const char* kIdashName = "idash";
inline constexpr const char* kIdashSummary =
    "iDASH 2017 (1,579 x 18) and five classical medical sets, 5 folds each";

/// All components, no ridge, the Newton step of the sigmoid's curvature, and a polynomial that
/// covers the logits of the training rows: nothing is chosen by accuracy.
journey::OwnerPlan plan_idash(const data::Dataset& train, const learn::CostModel& cost);

/// Top-level figures are iDASH's; the others are nested under their names in `sets`. Each also has
/// logistic_regression_accuracy and _auc: the exact sigmoid in the clear, run until it stands
/// still. `say` gets each set's name and figures once it is done.
nlohmann::json run_idash_experiment(
    const RunOptions& options,
    const std::function<void(const std::string& name, const nlohmann::json& figures)>& say);

}  // namespace blindfit::experiments
