// SPDX-License-Identifier: Apache-2.0
// An upload folder as the cloud holds it in memory: plan, evaluation keys, ciphertexts.
#pragma once

#include <filesystem>
#include <string>

#include "apps/cloud/keyed_plan.h"
#include "blindfit/base/thread_pool.h"
#include "blindfit/ckks/arithmetic.h"
#include "blindfit/learn/training_circuit.h"

namespace blindfit::cloud {

struct Job : KeyedPlan {
  std::size_t pairs_at_once = 0;  ///< row pairs in memory: all of them, or X is read in blocks
  learn::TrainingInputs<ckks::Ciphertext> inputs;
  std::string digest;  ///< of all ciphertext files, in hexadecimal: which job a result belongs to
};

/// Loads and checks every file that `plan`, opened in `folder`, calls for. Keys and ciphertexts are
/// read side by side and shown as progress.
///
/// Where `memory` bytes do not hold all of X, it stays on the disk and is read in every iteration
/// again; `pool` must outlive the job. Throws Error{kTooLarge} before a key is read if the plan
/// needs more than that even so; Error{kIo} for a file that is missing; kMalformed, kCorrupt,
/// kForeign or kTooLarge, naming the file, for one that is not what the plan calls for;
/// kInsecureParameters; kCancelled.
Job load_job(const std::filesystem::path& folder, KeyedPlan plan, double memory,
             base::ThreadPool& pool);

}  // namespace blindfit::cloud
