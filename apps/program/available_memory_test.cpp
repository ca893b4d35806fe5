// SPDX-License-Identifier: Apache-2.0
#include "apps/program/available_memory.h"

#include <gtest/gtest.h>

#include <cmath>

#include "blindfit/base/error.h"

namespace blindfit::program {
namespace {

constexpr const char* kMeminfo = "MemTotal: 100 kB\nMemFree: 3 kB\nMemAvailable:   40 kB\n";

TEST(AvailableMemory, IsWhatTheMachineHasLeft) {
  EXPECT_EQ(available_bytes({kMeminfo, "", ""}), 40.0 * 1024);
  EXPECT_EQ(available_bytes({kMeminfo, "max\n", "123\n"}), 40.0 * 1024);
}

TEST(AvailableMemory, IsWhatTheControlGroupLeavesIfThatIsLess) {
  EXPECT_EQ(available_bytes({kMeminfo, "30000\n", "10000\n"}), 20000.0);
  EXPECT_EQ(available_bytes({kMeminfo, "90000\n", "10000\n"}), 40.0 * 1024);
  EXPECT_EQ(available_bytes({kMeminfo, "5\n", "10\n"}), 0.0);
}

TEST(AvailableMemory, IsUnlimitedWhereNothingIsKnown) {
  EXPECT_TRUE(std::isinf(available_bytes({})));
  EXPECT_TRUE(std::isinf(available_bytes({"MemTotal: 100 kB\n", "max", ""})));
}

TEST(AvailableMemory, IsKnownOnThisMachine) {
  const double bytes = available_bytes(read_memory_report());
  EXPECT_GT(bytes, 0x1p20);
}

TEST(RequireMemory, RefusesWhatDoesNotFit) {
  EXPECT_NO_THROW(require_memory(5, 5));
  try {
    require_memory(3 * 0x1p30, 0x1p30);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kTooLarge);
    EXPECT_NE(std::string(error.what()).find("1.00 GiB"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("3.00 GiB"), std::string::npos);
  }
}

}  // namespace
}  // namespace blindfit::program
