// SPDX-License-Identifier: Apache-2.0
#include "apps/program/subprocess.h"

#include <gtest/gtest.h>

#include "blindfit/base/error.h"

namespace blindfit::program {
namespace {

Command shell(const std::string& script) {
  return {.program = "/bin/sh", .arguments = {"-c", script}, .directory = "/", .silent = true};
}

TEST(Subprocess, ReturnsTheExitCodeOrTheSignal) {
  EXPECT_EQ(run(shell("exit 0")).exit_code, 0);
  EXPECT_EQ(run(shell("exit 7")).exit_code, 7);
  EXPECT_EQ(run(shell("kill -9 $$")).exit_code, 128 + 9);
}

TEST(Subprocess, RunsInTheGivenFolderAndIsTimed) {
  const Finished finished = run(shell("[ $(pwd) = / ] && sleep 0.05"));
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_GE(finished.seconds, 0.05);
  EXPECT_LT(finished.seconds, 30);
}

TEST(Subprocess, PassesTheKindOfFailureOn) {
  EXPECT_NO_THROW(run_or_throw(shell("exit 0")));
  try {
    run_or_throw(shell("exit 3"));
    FAIL() << "must throw";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kIo);
  }
}

TEST(Subprocess, NamesAProgramThatIsMissing) {
  try {
    run({.program = "/no/such/program", .arguments = {}, .directory = "", .silent = false});
    FAIL() << "must throw";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kIo);
    EXPECT_NE(std::string(error.what()).find("/no/such/program"), std::string::npos);
  }
}

}  // namespace
}  // namespace blindfit::program
