// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/allocation.h"

#include <cstdlib>
#include <limits>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace blindfit::base {

void keep_freed_memory() noexcept {
#if defined(__GLIBC__)
  constexpr int kLargestThreshold = 32 << 20;  // glibc's own limit on 64-bit systems
  mallopt(M_MMAP_THRESHOLD, kLargestThreshold);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  // The arenas of other threads are mappings of their own that are unmapped when they fall empty.
  mallopt(M_ARENA_MAX, 1);
#endif
}

}  // namespace blindfit::base
