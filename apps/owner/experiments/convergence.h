// SPDX-License-Identifier: Apache-2.0
// The paper's training carried on for as long as it should: weights are refreshed in the cloud.
#pragma once

#include "apps/owner/experiments/experiment.h"

namespace blindfit::experiments {

/// The paper's recursion and diagonal bound on centred features from W = 0 with a0 = 1, one
/// polynomial of degree 9 on [-16, 16], 30 iterations.
journey::OwnerPlan plan_convergence(const data::Dataset& train, const learn::CostModel& cost);

/// The same for 100 iterations.
journey::OwnerPlan plan_long_convergence(const data::Dataset& train, const learn::CostModel& cost);

}  // namespace blindfit::experiments
