// SPDX-License-Identifier: Apache-2.0
// The owner's view of a plan: what the cloud will do, and what the owner does before.
#pragma once

#include <filesystem>
#include <optional>

#include "apps/owner/journey/preparation.h"
#include "blindfit/learn/activation.h"
#include "blindfit/learn/plaintext_trainer.h"
#include "blindfit/learn/training_plan.h"

namespace blindfit::journey {

struct OwnerPlan {
  learn::TrainingPlan plan;
  Preparation preparation;
};

/// What a plan is made from; the rest is the planner's choice.
struct TrainingRequest {
  std::size_t rows = 0;
  std::size_t features = 0;  ///< columns of the design matrix, bias included
  std::size_t classes = 0;
  std::size_t iterations = 1;
  learn::Activation activation;
  learn::LabelSource labels = learn::LabelSource::kEncryptedLabels;
  learn::Start start = learn::Start::kZero;
  Preparation preparation;
  unsigned scale_bits = 40;
  std::optional<unsigned> log_n;
  std::optional<std::size_t> max_ciphertexts;
  std::optional<double> max_key_bytes;  ///< evaluation key files
};

/// Throws what learn::plan_training returns; Error{kInvalidArgument} for counts of zero and for a
/// scale outside [30, 45] bits.
OwnerPlan make_plan(const TrainingRequest& request, const learn::CostModel& cost);

/// The whole plan, for the owner. Throws Error{kIo}.
void save_owner_plan(const std::filesystem::path& path, const OwnerPlan& plan);
/// The part that the cloud gets: nothing of the preparation. Throws Error{kIo}.
void save_public_plan(const std::filesystem::path& path, const OwnerPlan& plan);
/// Throws Error{kIo} or what wire::load_plan returns, with the path; Error{kMalformed} if the
/// plan's steps are not those of its preparation.
OwnerPlan load_owner_plan(const std::filesystem::path& path);

/// The mirror of the encrypted run: the same polynomial, steps, start and preconditioner.
learn::TrainingTrace run_mirror(const OwnerPlan& plan, const PreparedData& prepared,
                                std::span<const int> labels);

}  // namespace blindfit::journey
