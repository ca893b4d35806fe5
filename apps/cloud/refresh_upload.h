// SPDX-License-Identifier: Apache-2.0
// A folder of ciphertexts to refresh as the cloud holds it in memory: job, keys, inputs.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "apps/cloud/keyed_plan.h"
#include "blindfit/base/thread_pool.h"
#include "blindfit/wire/refresh_file.h"

namespace blindfit::cloud {

struct RefreshUpload {
  wire::RefreshJob job;
  base::Digest id{};  ///< wire::refresh_job_fingerprint of the job
  std::shared_ptr<const rlwe::Context> context;
  RefreshMaterial material;
  wire::KeySetId key_set;
  rlwe::EvaluationKeys keys;
  std::vector<ckks::Ciphertext> inputs;
};

/// Loads and checks every file that the job calls for, side by side, shown as progress.
///
/// Throws Error{kTooLarge} before a key is read if the machine has too little memory; Error{kIo}
/// for a file that is missing; kMalformed, kCorrupt, kForeign or kTooLarge, naming the file, for
/// one that is not what the job calls for; kCancelled.
RefreshUpload load_refresh_upload(const std::filesystem::path& folder, base::ThreadPool& pool);

}  // namespace blindfit::cloud
