// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/allocation.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstring>
#include <thread>

#include "blindfit/base/aligned_buffer.h"

namespace blindfit::base {
namespace {

// Sanitizers bring their own allocator; gcc and clang say so in different ways.
constexpr bool kIsGlibcAllocator =
#if !defined(__GLIBC__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    false;
#elif defined(__has_feature)
    !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
    true;
#endif

long page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

void allocate_and_free(int rounds) {
  constexpr std::size_t kWords = std::size_t{1} << 20;  // 8 MiB
  for (int round = 0; round < rounds; ++round) {
    AlignedBuffer a(kWords);
    AlignedBuffer b(kWords);
    std::memset(a.data(), 1, kWords * 8);
    std::memset(b.data(), 1, kWords * 8);
  }
}

TEST(KeepFreedMemory, MakesLaterAllocationsFreeOfPageFaults) {
  if (!kIsGlibcAllocator) {
    GTEST_SKIP() << "this is not glibc's allocator";
  }
  keep_freed_memory();
  allocate_and_free(1);
  const long before = page_faults();
  allocate_and_free(10);
  // Twenty buffers have 40,960 pages.
  EXPECT_LT(page_faults() - before, 1000);
  const long before_thread = page_faults();
  std::thread([] { allocate_and_free(10); }).join();
  EXPECT_LT(page_faults() - before_thread, 1000);
}

}  // namespace
}  // namespace blindfit::base
