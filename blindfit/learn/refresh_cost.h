// SPDX-License-Identifier: Apache-2.0
// What a refresh of a training state costs: keys, work and memory, counted from the plan of its
// transforms.
#pragma once

#include <vector>

#include "blindfit/bootstrap/transform_plan.h"
#include "blindfit/learn/operation_counts.h"

namespace blindfit::learn {

/// Of one bootstrapper and each of its refreshes.
struct RefreshCost {
  std::vector<bootstrap::GaloisKeyNeed> keys;  ///< relinearization and encapsulation besides
  double max_input_scale = 0;                  ///< largest scale of a message of magnitude 1
  OperationCounts setup;                       ///< encoding the matrices
  OperationCounts refresh;
  double matrix_bytes = 0;
};
/// For messages in all slots.
RefreshCost refresh_cost(const bootstrap::BootstrapParameters& parameters);

}  // namespace blindfit::learn
