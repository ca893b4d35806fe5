// SPDX-License-Identifier: Apache-2.0
// An upload folder as the cloud holds it in memory: plan, evaluation keys, ciphertexts.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "blindfit/base/thread_pool.h"
#include "blindfit/bootstrap/parameters.h"
#include "blindfit/ckks/arithmetic.h"
#include "blindfit/learn/training_circuit.h"
#include "blindfit/learn/training_plan.h"
#include "blindfit/rlwe/encapsulation.h"
#include "blindfit/wire/header.h"

namespace blindfit::cloud {

/// What refreshes take besides the evaluation keys.
struct RefreshMaterial {
  bootstrap::BootstrapParameters parameters;
  std::shared_ptr<const rlwe::Context> tiny;
  rlwe::EncapsulationKeys encapsulation;
};

struct Job {
  learn::TrainingPlan plan;
  base::Digest plan_id{};  ///< wire::plan_fingerprint of the plan
  std::shared_ptr<const rlwe::Context> context;
  wire::KeySetId key_set;
  rlwe::EvaluationKeys keys;
  std::optional<RefreshMaterial> refresh;  ///< where the plan refreshes
  std::size_t pairs_at_once = 0;  ///< row pairs in memory: all of them, or X is read in blocks
  learn::TrainingInputs<ckks::Ciphertext> inputs;
  std::string digest;  ///< of all ciphertext files, in hexadecimal: which job a result belongs to
};

/// Loads and checks every file that the plan calls for; the plan itself is worked out again, so
/// that an edited one is refused. Keys and ciphertexts are read side by side and shown as progress.
///
/// Where `memory` bytes do not hold all of X, it stays on the disk and is read in every iteration
/// again; `pool` must outlive the job. Throws Error{kTooLarge} before a key is read if the plan
/// needs more than that even so; Error{kIo} for a file that is missing; kMalformed, kCorrupt,
/// kForeign or kTooLarge, naming the file, for one that is not what the plan calls for;
/// kInsecureParameters; kCancelled.
Job load_job(const std::filesystem::path& folder, double memory, base::ThreadPool& pool);

}  // namespace blindfit::cloud
