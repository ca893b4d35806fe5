// SPDX-License-Identifier: Apache-2.0
#include "apps/program/peak_memory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace blindfit::program {
namespace {

TEST(PeakMemory, ReadsTheAnonymousPart) {
  EXPECT_EQ(anonymous_mib("VmHWM:\t 90000 kB\nRssAnon:\t    2048 kB\nRssFile:\t 7 kB\n"), 2);
  EXPECT_EQ(anonymous_mib("VmHWM:\t 90000 kB\n"), 0);
}

TEST(PeakMemory, RemembersWhatWasFreedSince) {
  const PeakMemory memory;
  const double before = memory.mib();
  constexpr std::size_t kMib = 64;
  {
    const std::vector<char> block(kMib << 20, 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    ASSERT_EQ(block.back(), 1);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_GE(memory.mib(), before + 0.9 * kMib);
}

}  // namespace
}  // namespace blindfit::program
