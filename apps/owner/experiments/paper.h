// SPDX-License-Identifier: Apache-2.0
// The paper's experiment, unchanged but for the engine and its security (paper.md 3 and 6.1).
#pragma once

#include "apps/owner/experiments/experiment.h"

namespace blindfit::experiments {

journey::OwnerPlan plan_paper(const data::Dataset& train, const learn::CostModel& cost);

/// True if the mirror has every digit that paper.md 3.5 prints: gradient and logits of iteration 1,
/// weights of both, accuracy and loss.
bool has_published_digits(const journey::PreparedData& prepared,
                          const learn::TrainingTrace& mirror);

/// mirror_check, and the paper's own figures under names that begin with published_ (from its text
/// and logs) or estimated_ (worked out from its parameters, which it does not print).
nlohmann::json paper_figures(const journey::OwnerPlan& plan, const journey::PreparedData& prepared,
                             const learn::TrainingTrace& mirror);

}  // namespace blindfit::experiments
