// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/allocation.h"

#include <cstdlib>  // defines __GLIBC__

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace blindfit::base {

void keep_freed_memory() noexcept {
#ifdef __GLIBC__
  // The largest threshold that mallopt accepts: 32 limbs of 2^17 coefficients.
  constexpr int kLargestMmapThreshold = 32 << 20;
  constexpr int kNever = 0x7fffffff;
  mallopt(M_MMAP_THRESHOLD, kLargestMmapThreshold);
  mallopt(M_TRIM_THRESHOLD, kNever);
  mallopt(M_TOP_PAD, 64 << 20);
  // One arena: with one per thread, what one frees the other cannot use.
  mallopt(M_ARENA_MAX, 1);
#endif
}

}  // namespace blindfit::base
