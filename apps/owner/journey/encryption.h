// SPDX-License-Identifier: Apache-2.0
// What is asked of data before they are encrypted: the counts of the plan, and the ranges.
#pragma once

#include <string>
#include <vector>

#include "apps/owner/journey/owner_plan.h"
#include "blindfit/data/dataset.h"

namespace blindfit::journey {

/// Refuses data that are not what the plan was made for. Throws Error{kInvalidArgument} that names
/// the count, both values and the remedy.
void check_data(const OwnerPlan& plan, const data::Dataset& train);

/// Largest |V + i V_before| after `iteration` (from 0): what a refresh would meet.
double largest_refreshed(const learn::TrainingTrace& mirror, std::size_t iteration);

/// What the mirror foresees: one sentence for every range that training would leave, with value,
/// iteration and remedy. Empty if all is well.
std::vector<std::string> range_warnings(const OwnerPlan& plan, const learn::TrainingTrace& mirror);

}  // namespace blindfit::journey
