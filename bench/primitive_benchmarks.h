// SPDX-License-Identifier: Apache-2.0
// How long the operations of the engine take.
#pragma once

#include "bench/scope.h"

namespace blindfit::bench {

/// BM_Rotate/isa:avx512ifma/log_n:16/level:23/threads:1 and its kin. The best family everywhere;
/// the others for headlines at N = 2^16, or everywhere and for everything in a long run.
void register_primitive_benchmarks(Scope scope);

}  // namespace blindfit::bench
