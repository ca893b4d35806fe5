// SPDX-License-Identifier: Apache-2.0
// A plan with the evaluation keys that serve it: what every job under an upload's keys starts from.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "blindfit/base/thread_pool.h"
#include "blindfit/bootstrap/bootstrapper.h"
#include "blindfit/ckks/encoder.h"
#include "blindfit/learn/training_plan.h"
#include "blindfit/rlwe/encapsulation.h"
#include "blindfit/wire/header.h"
#include "blindfit/wire/role.h"

namespace blindfit::cloud {

/// What refreshes take besides the evaluation keys.
struct RefreshMaterial {
  bootstrap::BootstrapParameters parameters;
  std::shared_ptr<const rlwe::Context> tiny;
  rlwe::EncapsulationKeys encapsulation;
};

struct KeyedPlan {
  learn::TrainingPlan plan;
  base::Digest plan_id{};  ///< wire::plan_fingerprint of the plan
  std::shared_ptr<const rlwe::Context> context;
  wire::KeySetId key_set;
  rlwe::EvaluationKeys keys;
  std::optional<RefreshMaterial> refresh;  ///< where the plan refreshes
};

/// The plan of an upload folder, worked out again so that an edited one is refused, and what
/// follows from it; key set and keys are still empty. Throws Error{kIo}, or what the reader
/// returns, with the path.
KeyedPlan open_plan(const std::filesystem::path& folder);

/// The key set that a ciphertext file names: every other object must belong to it. Throws
/// Error{kIo}, or what the reader returns, with the path.
wire::KeySetId read_key_set(const std::filesystem::path& folder, const wire::Role& role);

/// The refresher, which encodes gigabytes of matrices; none where no key for it is planned. All
/// arguments must outlive it.
std::unique_ptr<bootstrap::Bootstrapper> make_bootstrapper(const KeyedPlan& plan,
                                                           const ckks::Encoder& encoder,
                                                           base::ThreadPool& pool);

}  // namespace blindfit::cloud
