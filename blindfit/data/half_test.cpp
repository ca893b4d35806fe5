// SPDX-License-Identifier: Apache-2.0
// binary16 has only 65,536 numbers: all of them are checked against the definition.
#include "blindfit/data/half.h"

#include <gtest/gtest.h>

#include <cmath>

namespace blindfit::data {
namespace {

TEST(HalfToDouble, FollowsTheDefinitionForEveryPattern) {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const double value = half_to_double(static_cast<std::uint16_t>(bits));
    const int exponent = static_cast<int>((bits >> 10) & 31);
    const double fraction = static_cast<double>(bits & 1023) / 1024.0;
    const double sign = bits >= 0x8000 ? -1.0 : 1.0;
    if (exponent == 31 && fraction != 0.0) {
      EXPECT_TRUE(std::isnan(value)) << bits;
      continue;
    }
    double expected = sign * std::ldexp(1.0 + fraction, exponent - 15);
    if (exponent == 0) {
      expected = sign * std::ldexp(fraction, -14);
    } else if (exponent == 31) {
      expected = sign * HUGE_VAL;
    }
    EXPECT_EQ(value, expected) << bits;
    EXPECT_EQ(std::signbit(value), bits >= 0x8000) << bits;
  }
}

}  // namespace
}  // namespace blindfit::data
