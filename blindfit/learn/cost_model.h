// SPDX-License-Identifier: Apache-2.0
// What an operation costs on this machine, measured in a second: the constants of the planner.
#pragma once

#include <cstddef>
#include <string>

#include "blindfit/learn/counting_machine.h"

namespace blindfit::learn {

/// Seconds of one thread, at N = 2^15; other sizes follow by N log N (transforms, embeddings) and N
/// (products). Gains are the throughput of all threads over that of one.
struct CostModel {
  double ntt_limb = 150e-6;
  double multiply_limb = 30e-6;
  double encode = 1.5e-3;
  /// A key switch over what its transforms and products would take one by one, from memory.
  double key_switch = 1;
  double streaming_gain = 1;
  double switching_gain = 1;

  [[nodiscard]] double seconds(const OperationCounts& counts, unsigned log_n) const;
};

/// Times the default kernels with `threads` threads side by side, on operands that no cache holds,
/// and a stage of a fold under keys of random numbers. Takes about a second and 200 MiB, or
/// 64 MiB a thread where that is more.
CostModel measure_cost_model(std::size_t threads);

}  // namespace blindfit::learn
