// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ring/modular_arithmetic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "blindfit/base/error.h"

namespace blindfit::ring {
namespace {

constexpr std::uint64_t kLargest50 = (std::uint64_t{1} << 50) - 27;  // the largest prime below 2^50

TEST(MultiplyMod, IsExactAtTheLargestOperands) {
  constexpr std::uint64_t q = (std::uint64_t{1} << 63) - 25;  // prime
  EXPECT_EQ(multiply_mod(q - 1, q - 1, q), 1U);
  EXPECT_EQ(multiply_mod(q - 1, 2, q), q - 2);
  EXPECT_EQ(multiply_mod(0, q - 1, q), 0U);
}

TEST(AddMod, WrapsOnce) {
  EXPECT_EQ(add_mod(6, 0, 7), 6U);
  EXPECT_EQ(add_mod(6, 1, 7), 0U);
  EXPECT_EQ(add_mod(6, 6, 7), 5U);
}

TEST(PowerMod, AgreesWithRepeatedProducts) {
  std::uint64_t power = 1;
  for (std::uint64_t e = 0; e < 200; ++e) {
    EXPECT_EQ(power_mod(123456789, e, kLargest50), power);
    power = multiply_mod(power, 123456789, kLargest50);
  }
  EXPECT_EQ(power_mod(5, 0, 1), 0U);
}

TEST(InverseMod, GivesOneBack) {
  for (std::uint64_t a : {std::uint64_t{1}, std::uint64_t{2}, kLargest50 / 2, kLargest50 - 1,
                          std::uint64_t{0x3243F6A8885A3}}) {
    EXPECT_EQ(multiply_mod(a % kLargest50, inverse_mod(a, kLargest50), kLargest50), 1U);
  }
}

TEST(ReduceSigned, TakesTheWholeRange) {
  constexpr i128 largest = (static_cast<i128>(1) << 126);
  EXPECT_EQ(reduce_signed(0, 97), 0U);
  EXPECT_EQ(reduce_signed(-1, 97), 96U);
  EXPECT_EQ(reduce_signed(-97, 97), 0U);
  EXPECT_EQ(reduce_signed(97, 97), 0U);
  // 2^126 = 2^30 (mod 2^48 - 1): 126 = 2 * 48 + 30.
  constexpr std::uint64_t q = (std::uint64_t{1} << 48) - 1;
  EXPECT_EQ(reduce_signed(largest, q), std::uint64_t{1} << 30);
  EXPECT_EQ(reduce_signed(-largest, q), q - (std::uint64_t{1} << 30));
}

TEST(Centred, IsTheRepresentativeOfLeastMagnitude) {
  EXPECT_EQ(centred(0, 7), 0);
  EXPECT_EQ(centred(3, 7), 3);
  EXPECT_EQ(centred(4, 7), -3);
  EXPECT_EQ(centred(6, 7), -1);
}

TEST(IsPrime, AgreesWithTheSieve) {
  constexpr std::size_t limit = 100000;
  std::vector<bool> composite(limit);
  composite[0] = composite[1] = true;
  for (std::size_t p = 2; p * p < limit; ++p) {
    for (std::size_t k = p * p; !composite[p] && k < limit; k += p) {
      composite[k] = true;
    }
  }
  for (std::size_t x = 0; x < limit; ++x) {
    ASSERT_EQ(is_prime(x), !composite[x]) << x;
  }
}

TEST(IsPrime, IsNotFooledByStrongPseudoprimes) {
  // Strong pseudoprimes to the first 4, 8, 9 and 11 prime bases (OEIS A014233).
  for (const std::uint64_t x :
       std::initializer_list<std::uint64_t>{3215031751, 341550071728321, 3825123056546413051}) {
    EXPECT_FALSE(is_prime(x)) << x;
  }
  EXPECT_TRUE(is_prime(kLargest50));
  EXPECT_TRUE(is_prime(18446744073709551557U));  // the largest below 2^64
  EXPECT_FALSE(is_prime(std::numeric_limits<std::uint64_t>::max()));
}

class PrimesOfDegree : public ::testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(TakeNttPrime, PrimesOfDegree, ::testing::Values(10, 12, 15, 17),
                         [](const auto& instance) {
                           return "LogN" + std::to_string(instance.param);
                         });

TEST_P(PrimesOfDegree, AreTheLargestFirstAndNeverTwice) {
  const unsigned log_n = GetParam();
  for (const unsigned bits : {log_n + 9, 36U, 50U}) {
    std::vector<std::uint64_t> taken;
    for (int i = 0; i < 4; ++i) {
      const std::uint64_t q = take_ntt_prime(bits, log_n, taken);
      EXPECT_TRUE(is_prime(q));
      EXPECT_EQ(q % (std::uint64_t{2} << log_n), 1U);
      EXPECT_EQ(q >> (bits - 1), 1U) << "of exactly " << bits << " bits";
      EXPECT_EQ(taken.back(), q);
    }
    EXPECT_TRUE(std::is_sorted(taken.rbegin(), taken.rend()));
    EXPECT_EQ(std::adjacent_find(taken.begin(), taken.end()), taken.end());
    // None in between is a prime.
    for (std::uint64_t x = taken[0]; x > taken[3]; x -= std::uint64_t{2} << log_n) {
      EXPECT_EQ(is_prime(x), std::find(taken.begin(), taken.end(), x) != taken.end());
    }
  }
}

TEST_P(PrimesOfDegree, HaveRootsOfExactlyTheFullOrder) {
  const unsigned log_n = GetParam();
  std::vector<std::uint64_t> taken;
  for (const unsigned bits : {log_n + 9, 40U, 50U}) {
    const std::uint64_t q = take_ntt_prime(bits, log_n, taken);
    const std::uint64_t root = primitive_root_of_unity(q, log_n);
    EXPECT_EQ(power_mod(root, std::uint64_t{1} << log_n, q), q - 1);
    EXPECT_EQ(primitive_root_of_unity(q, log_n), root);
  }
}

TEST(TakeNttPrime, SaysWhenNoneIsLeft) {
  std::vector<std::uint64_t> taken;
  try {
    while (taken.size() < 1000) {
      take_ntt_prime(17, 10, taken);
    }
    FAIL() << "there are fewer than 32 candidates";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kInvalidArgument);
    EXPECT_NE(std::string(error.what()).find("17"), std::string::npos);
  }
  EXPECT_FALSE(taken.empty());
}

}  // namespace
}  // namespace blindfit::ring
