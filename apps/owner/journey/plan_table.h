// SPDX-License-Identifier: Apache-2.0
// A plan as a table for people and as figures for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "apps/owner/journey/owner_plan.h"
#include "apps/program/console.h"

namespace blindfit::journey {

/// What turns logits into probabilities, and over which range.
std::string activation_text(const learn::TrainingSpec& spec);

void print_plan(const program::Console& console, const OwnerPlan& plan, std::size_t threads);
nlohmann::json plan_figures(const OwnerPlan& plan);

}  // namespace blindfit::journey
