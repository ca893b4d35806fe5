// SPDX-License-Identifier: Apache-2.0
#include "blindfit/testing/insecure_parameters.h"

#include <gtest/gtest.h>

namespace blindfit::testing {
namespace {

const rlwe::ParametersLiteral kSmall = {
    .log_n = 10, .log_q = {40, 30}, .log_p = {40}, .digit_size = 1};

TEST(InsecureParameters, MakesWhatTheSecurityCapRefuses) {
  const auto refused = rlwe::Parameters::make(kSmall);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), base::ErrorCode::kInsecureParameters);
  EXPECT_EQ(InsecureParameters::make(kSmall).literal(), kSmall);
}

TEST(InsecureParameters, StillChecksEveryOtherField) {
  rlwe::ParametersLiteral broken = kSmall;
  broken.log_q = {60};
  EXPECT_THROW(InsecureParameters::make(broken), base::Error);
}

}  // namespace
}  // namespace blindfit::testing
