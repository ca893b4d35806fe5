// SPDX-License-Identifier: Apache-2.0
// What `blindfit reproduce` can run: each experiment is a way to make a plan from training rows,
// and what there is to say about its outcome.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "apps/owner/journey/owner_plan.h"
#include "blindfit/data/dataset.h"

namespace blindfit::experiments {

/// What an experiment is run on.
struct Rows {
  data::Dataset train;
  data::Dataset heldout;
};

struct Experiment {
  const char* name;
  const char* summary;
  /// Reads the rows from the folder of shared data. Throws Error{kIo} if they are not there.
  Rows (*rows)(const std::filesystem::path& data);
  journey::OwnerPlan (*plan)(const data::Dataset& train, const learn::CostModel& cost);
  /// Further figures, from the plan's mirror; may be empty.
  nlohmann::json (*figures)(const journey::OwnerPlan& plan, const journey::PreparedData& prepared,
                            const learn::TrainingTrace& mirror);
  /// What the outcome means, printed after its figures.
  const char* remark;
};

std::span<const Experiment> experiments();
/// Throws Error{kInvalidArgument} that lists the known names.
const Experiment& find_experiment(const std::string& name);

}  // namespace blindfit::experiments
