// SPDX-License-Identifier: Apache-2.0
// Training plans as plain JSON that people read: levels, keys and costs are written for them, and
// worked out again on loading.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "blindfit/base/csprng.h"
#include "blindfit/learn/training_plan.h"
#include "blindfit/wire/limits.h"

namespace blindfit::wire {

/// The most steps of a plan that is read, and so the last iteration that anything can name.
inline constexpr std::size_t kMaxIterations = 10000;

/// The text of a plan file (docs/format.md, "Plan"). `owner` is an object of the owner's own
/// choices (transform, start value); it is public, and the cloud ignores it.
std::string save_plan(const learn::TrainingPlan& plan, const nlohmann::json& owner);

/// A loaded plan and the owner's object as JSON text.
struct PlanFile {
  learn::TrainingPlan plan;
  std::string owner;
};
/// Reads parameters and spec, and derives everything else from them, so that an edited file cannot
/// claim other levels, keys or security than it has; only predicted seconds are taken as written.
/// Errors: kCorrupt if the checksum is wrong; kForeign for another format or version; kMalformed;
/// kTooLarge for a plan above the limits; those of learn::complete_plan.
base::Result<PlanFile> load_plan(std::string_view text, const Limits& limits = {});

/// Names what a plan computes and under which parameters: BLAKE2b of both as the plan file writes
/// them. Predicted costs and the owner's choices are no part of it.
base::Digest plan_fingerprint(const learn::TrainingPlan& plan);

}  // namespace blindfit::wire
