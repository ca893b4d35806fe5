// SPDX-License-Identifier: Apache-2.0
// Everything that both sides agree on before a key exists: parameters, tiles, levels, keys, bytes,
// memory and time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "blindfit/base/error.h"
#include "blindfit/learn/cost_model.h"
#include "blindfit/learn/counting_machine.h"
#include "blindfit/learn/training_spec.h"
#include "blindfit/rlwe/parameters.h"

namespace blindfit::learn {

/// What is asked for; `spec.tiling.tile` and anything left open is chosen by the planner. With
/// `spec.refresh`, ring and digits are those of its set.
struct PlanRequest {
  TrainingSpec spec;
  std::optional<unsigned> log_n;
  std::optional<matrix::TileShape> tile;
  std::optional<unsigned> digit_size;
  std::optional<std::size_t> max_ciphertexts;
  std::optional<double> max_key_bytes;  ///< evaluation key files
};

/// The level at which each upload is encrypted: the highest one at which it is used.
struct UploadLevels {
  std::size_t data = 0;
  std::size_t labels = 0;
  std::size_t label_product = 0;
  std::size_t preconditioner = 0;
  std::size_t start = 0;
  bool operator==(const UploadLevels&) const = default;
};

/// Predictions; bytes are exact for files and estimates for memory.
struct PlanCosts {
  std::size_t ciphertexts_uploaded = 0;
  double upload_bytes = 0;
  double evaluation_key_bytes = 0;  ///< files: one half seeded, residues packed
  double resident_key_bytes = 0;    ///< expanded, in memory
  double peak_memory_bytes = 0;
  double setup_seconds = 0;  ///< label product, once
  double iteration_seconds = 0;
  double train_seconds = 0;  ///< all iterations and the set-up, without loading
  std::size_t key_switches = 0;
  std::size_t refreshes = 0;
  std::size_t refresh_key_switches = 0;  ///< of one refresh; part of key_switches
};

struct TrainingPlan {
  rlwe::ParametersLiteral parameters;
  TrainingSpec spec;
  UploadLevels levels;
  KeyRequirements keys;
  PlanCosts costs;
};

/// Chooses ring, digits and tile of least predicted time at 128 bits and within the request's
/// limits. Errors: kInvalidArgument if the data fit no tile; kInsecureParameters if no secure
/// modulus holds that many iterations, stating how many would fit.
base::Result<TrainingPlan> plan_training(const PlanRequest& request, const CostModel& cost);

/// Why no plan can be made of `spec`, whatever the ring.
std::optional<base::Error> check_spec(const TrainingSpec& spec);

/// The plan's levels, keys and costs worked out again from its parameters and spec: what a received
/// plan is held against.
base::Result<TrainingPlan> complete_plan(const rlwe::ParametersLiteral& parameters,
                                         const TrainingSpec& spec, const CostModel& cost);

/// Peak memory in bytes if the cloud holds no more than `pairs_at_once` row pairs of X at a time;
/// of a plan that is complete.
double streaming_memory(const TrainingPlan& plan, std::size_t pairs_at_once);

UploadLevels upload_levels(const TrainingSpec& spec);
/// Levels of the chain above q_0 that `spec` needs.
std::size_t required_levels(const TrainingSpec& spec);

}  // namespace blindfit::learn
