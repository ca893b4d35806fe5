// SPDX-License-Identifier: Apache-2.0
// The owner's view of a plan: what the cloud will do, and what the owner does before.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "apps/owner/journey/preparation.h"
#include "blindfit/learn/activation.h"
#include "blindfit/learn/plaintext_trainer.h"
#include "blindfit/learn/training_plan.h"

namespace blindfit::journey {

struct OwnerPlan {
  learn::TrainingPlan plan;
  Preparation preparation;
};

/// Whether weights are refreshed in the cloud between iterations.
enum class Refreshes {
  kAuto,    ///< where the job would not fit a modulus without, or would take longer
  kNever,   ///< the modulus must last for all iterations
  kAlways,  ///< however few iterations there are
};
/// As flags write it. Throws Error{kInvalidArgument} that lists the known names.
Refreshes refreshes_policy(std::string_view name);

/// Logits of Loss::kMse follow one-hot labels: what weights of whitened features stay below.
inline constexpr double kSquaredErrorBound = 4;

/// What a plan is made from; the rest is the planner's choice.
struct TrainingRequest {
  std::size_t rows = 0;
  std::size_t features = 0;  ///< columns of the design matrix, bias included
  std::size_t classes = 0;
  std::size_t iterations = 1;
  std::size_t batches = 1;       ///< parts of the rows that iterations take in turn
  learn::Activation activation;  ///< of Loss::kSle
  std::optional<learn::SoftmaxApproximation> softmax;  ///< of Loss::kSoftmax
  learn::LabelSource labels = learn::LabelSource::kEncryptedLabels;
  learn::Start start = learn::Start::kZero;
  Preparation preparation;
  bool inference = false;    ///< TrainingSpec's
  unsigned scale_bits = 40;  ///< without refreshes, whose sets have their own
  Refreshes refreshes = Refreshes::kAuto;
  /// Largest |V + i V_before| of a refresh; by default logit_range: in whitened features logits
  /// have the size of the row of weights.
  std::optional<double> weight_bound;
  std::optional<unsigned> log_n;
  std::optional<std::size_t> max_ciphertexts;
  std::optional<double> max_key_bytes;  ///< evaluation key files
};

/// With refreshes, by the named set with the least time for training and for keys, which have to be
/// made, sent and loaded. Where a modulus that lasts is possible too, it is taken unless refreshes
/// save a fifth of that time.
///
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

/// The largest logit that the activation covers; kSquaredErrorBound for Loss::kMse, which has none.
double logit_range(const learn::TrainingSpec& spec);

/// The rows of one batch.
learn::RowRange rows_of(const learn::TrainingSpec& spec, std::size_t batch);

/// The mirror of the encrypted run: the same polynomial, steps, start and preconditioner.
learn::TrainingTrace run_mirror(const OwnerPlan& plan, const PreparedData& prepared,
                                std::span<const int> labels);

}  // namespace blindfit::journey
