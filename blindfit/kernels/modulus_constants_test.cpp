// SPDX-License-Identifier: Apache-2.0
#include "blindfit/kernels/modulus_constants.h"

#include "blindfit/kernels/kernel_test_cases.h"

namespace blindfit::kernels::test {
namespace {

TEST(ModulusConstants, SatisfyTheirDefinitions) {
  const Word mask = (Word{1} << 52) - 1;
  for (const Word q : edge_primes(10)) {
    const ModulusConstants c = make_modulus_constants(q);
    const u128 ratio = (u128{c.ratio_high} << 64) | c.ratio_low;
    EXPECT_EQ(c.value, q);
    EXPECT_TRUE(ratio == ~u128{0} / q) << q;
    EXPECT_EQ(c.r52, (Word{1} << 52) % q);
    EXPECT_EQ(c.r52_squared, multiply_mod(c.r52, c.r52, q));
    EXPECT_EQ((c.neg_inv52 * q) & mask, mask) << q;  // = -1
    EXPECT_LE(c.neg_inv52, mask);
    EXPECT_EQ(c.inverse, 1.0 / static_cast<double>(q));
  }
}

}  // namespace
}  // namespace blindfit::kernels::test
