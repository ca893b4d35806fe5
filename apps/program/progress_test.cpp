// SPDX-License-Identifier: Apache-2.0
#include "apps/program/progress.h"

#include <gtest/gtest.h>

#include <atomic>

namespace blindfit::program {
namespace {

TEST(Progress, EstimatesTheRestAtTheSpeedSoFar) {
  EXPECT_EQ(progress_text({.done = 25, .total = 100, .note = "iteration 1 of 2"}, 10),
            " 25 %, iteration 1 of 2, 10.0 s, about 30.0 s left");
}

TEST(Progress, GivesNoEstimateBeforeItHasAny) {
  EXPECT_EQ(progress_text({.done = 1, .total = 100, .note = ""}, 10), "  1 %, 10.0 s");
  EXPECT_EQ(progress_text({.done = 100, .total = 100, .note = ""}, 10), "100 %, 10.0 s");
}

TEST(Progress, StaysInsideTheBarWhateverIsCounted) {
  EXPECT_EQ(progress_bar({.done = 1, .total = 2, .note = ""}, 10), "[#####-----]");
  EXPECT_EQ(progress_bar({.done = 7, .total = 2, .note = ""}, 4), "[####]");
  EXPECT_EQ(progress_bar({.done = -1, .total = 2, .note = ""}, 4), "[----]");
  EXPECT_EQ(progress_bar({.done = 0, .total = 0, .note = ""}, 4), "[####]");
}

TEST(Progress, AsksAboutTheStateWhileAlive) {
  std::atomic<int> asked{0};
  testing::internal::CaptureStderr();
  {
    const Progress progress("test", [&asked] {
      ++asked;
      return ProgressState{.done = 1, .total = 2, .note = "halfway"};
    });
  }
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_GE(asked.load(), 2);
  EXPECT_NE(said.find("test"), std::string::npos);
  EXPECT_NE(said.find("halfway"), std::string::npos);
}

}  // namespace
}  // namespace blindfit::program
