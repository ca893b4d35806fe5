// SPDX-License-Identifier: Apache-2.0
// How long the kernels of every family take for one limb.
#pragma once

#include "bench/scope.h"

namespace blindfit::bench {

/// BM_ForwardNtt/isa:avx512ifma/log_n:16/threads:1 and its kin. Primes have 50 bits and kLimbs
/// limbs take turns, each with its own twiddles; "...SmallPrimes" has 47 bits, "...Hot" one limb.
void register_kernel_benchmarks(Scope scope);

}  // namespace blindfit::bench
