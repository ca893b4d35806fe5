// SPDX-License-Identifier: Apache-2.0
#include "apps/program/exit_code.h"

#include <gtest/gtest.h>

namespace blindfit::program {
namespace {

int code_of(base::ErrorCode code) {
  return run_and_translate("test", [code] { throw base::Error(code, "a rule: its value"); });
}

TEST(ExitCode, TellsKindsOfErrorsApart) {
  using base::ErrorCode;
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_and_translate("test", [] {}), 0);
  EXPECT_EQ(code_of(ErrorCode::kScaleMismatch), 1);
  EXPECT_EQ(code_of(ErrorCode::kInvalidArgument), 2);
  EXPECT_EQ(code_of(ErrorCode::kIo), 3);
  EXPECT_EQ(code_of(ErrorCode::kCorrupt), 4);
  EXPECT_EQ(code_of(ErrorCode::kForeign), 4);
  EXPECT_EQ(code_of(ErrorCode::kInsecureParameters), 5);
  EXPECT_EQ(code_of(ErrorCode::kCancelled), 130);
  EXPECT_EQ(run_and_translate("test", [] { throw std::bad_alloc(); }), 1);
  testing::internal::GetCapturedStderr();
}

TEST(ExitCode, SaysTheMessageOnOneLine) {
  testing::internal::CaptureStderr();
  code_of(base::ErrorCode::kIo);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "test: error: a rule: its value\n");
}

}  // namespace
}  // namespace blindfit::program
