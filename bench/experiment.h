// SPDX-License-Identifier: Apache-2.0
// What is timed, told apart from how: an operation with operands of its own, registered with Google
// Benchmark on one thread, on two that share the work, and on two that know nothing of each other.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "benchmark/benchmark.h"

namespace blindfit::bench {

/// One execution of an operation. Owns what it writes; may be called any number of times by one
/// thread at a time.
using Run = std::function<void()>;

/// An operation under one name, e.g. {"BM_Rotate", "/isa:avx512ifma/log_n:16/level:23"}.
struct Experiment {
  std::string operation;
  std::string conditions;
  /// Makes independent runs; called outside the timed region, by one thread at a time.
  std::function<Run()> prepare;
  benchmark::TimeUnit unit = benchmark::kMicrosecond;
  double limbs = 0;       ///< what "us/limb" divides by; 0 for none
  double operations = 0;  ///< butterflies or instructions, for "Gop/s"; 0 for none
  double bytes = 0;       ///< read and written at least once, for "GB/s"; 0 for none
  bool slow = false;      ///< too slow to be run once before it is timed, and for that to matter
  std::vector<std::pair<std::string, double>> constants = {};  ///< further counters, e.g. key sizes
};

/// BM_Operation/conditions/threads:1.
void register_single(const Experiment& experiment);

/// BM_Operation/conditions/threads:2: `tasks` independent operands, shared out by a
/// base::ThreadPool of two, each run `runs_per_task` times before the join. Times are per run, so
/// half of one thread's is perfect.
void register_pooled(const Experiment& experiment, std::size_t tasks, std::size_t runs_per_task);

/// BM_OperationSideBySide/conditions/threads:2: two threads that run freely and never wait for each
/// other, which is the machine's own ceiling for the figure above. Times are per run of either.
void register_side_by_side(const Experiment& experiment);

}  // namespace blindfit::bench
