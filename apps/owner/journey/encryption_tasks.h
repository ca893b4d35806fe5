// SPDX-License-Identifier: Apache-2.0
// The ciphertexts of an upload: which there are, and what goes into each.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "apps/owner/journey/owner_plan.h"
#include "blindfit/matrix/packing.h"
#include "blindfit/wire/role.h"

namespace blindfit::journey {

/// One ciphertext file to make. `pack` computes its slots when called, so that a list of tasks
/// holds no tile.
struct EncryptionTask {
  wire::Role role;
  std::function<matrix::Slots()> pack;
  double scale = 1;
  std::size_t level = 0;
};

/// X, Y or B Y^T X, B and W_0 as the plan calls for them. The tasks refer to all three arguments.
std::vector<EncryptionTask> encryption_tasks(const OwnerPlan& plan, const PreparedData& prepared,
                                             std::span<const int> labels);

}  // namespace blindfit::journey
