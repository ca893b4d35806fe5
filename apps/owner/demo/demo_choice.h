// SPDX-License-Identifier: Apache-2.0
// How the demo chooses what it trains with, from the digits that it trains on and no others.
#pragma once

#include <Eigen/Core>

#include "blindfit/base/thread_pool.h"
#include "blindfit/data/dataset.h"

namespace blindfit::demo {

/// What the modulus of N = 2^15 holds at 36 bits a level: three iterations of degree 7.
inline constexpr int kIterations = 3;
inline constexpr int kDegree = 7;

struct DemoChoice {
  Eigen::Index components = 0;
  double ridge_percent = 0;  ///< of the total scatter
  double step = 0;
  double range = 0;     ///< half the width of the activation's domain
  double accuracy = 0;  ///< validated, after the last iteration
};

/// Tries every combination of a coarse grid of components, ridges and steps, each with the
/// activation that covers its logits on `train`, and takes the one of the best 5-fold
/// cross-validated accuracy after the last iteration; of equals the first, grids ascending.
/// Deterministic, whatever the threads. Throws what learn::cross_validate returns.
DemoChoice choose_training(const data::Dataset& train, base::ThreadPool& pool);

}  // namespace blindfit::demo
