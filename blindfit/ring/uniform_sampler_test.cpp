// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ring/uniform_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "blindfit/ring/modular_arithmetic.h"

namespace blindfit::ring {
namespace {

class UniformSampler : public ::testing::Test {
 protected:
  static RingContext make() {
    std::vector<std::uint64_t> taken;
    // Primes just below and just above a power of two: the least and the most rejections.
    const std::uint64_t dense = take_ntt_prime(40, 12, taken);
    std::uint64_t sparse = (std::uint64_t{1} << 40) + 1;
    while (!is_prime(sparse)) {
      sparse += std::uint64_t{1} << 13;
    }
    const std::uint64_t p = take_ntt_prime(50, 12, taken);
    return {12, {dense, sparse}, {p}, *kernels::default_kernels().value()};
  }
  static bool equal(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }
  /// Chi-square of the residues over 64 equal cells, of mean 63 and standard deviation 11.2.
  static double chi_square(std::span<const std::uint64_t> limb, std::uint64_t q) {
    std::array<double, 64> cells{};
    for (const std::uint64_t x : limb) {
      cells[static_cast<std::size_t>(static_cast<u128>(x) * 64 / q)] += 1;
    }
    const double expected = static_cast<double>(limb.size()) / 64;
    double sum = 0;
    for (const double c : cells) {
      sum += (c - expected) * (c - expected) / expected;
    }
    return sum;
  }

  RingContext ring_ = make();
  base::Seed seed_{1, 2, 3};
};

TEST_F(UniformSampler, IsUniformBelowEveryPrime) {
  const Poly poly = uniform_poly(ring_, "test", seed_, 7, 2, 1);
  EXPECT_EQ(poly.domain(), Domain::kEvaluation);
  for (std::size_t i = 0; i < poly.limbs(); ++i) {
    const std::uint64_t q = ring_.modulus(poly, i).value;
    EXPECT_LT(*std::max_element(poly.limb(i).begin(), poly.limb(i).end()), q);
    // The seed is fixed: this cannot fail by chance. 63 +- 5 standard deviations.
    EXPECT_LT(chi_square(poly.limb(i), q), 63 + 5 * 11.2) << i;
  }
  // Control: residues reduced instead of rejected would cover the lower half of the cells twice.
  std::vector<std::uint64_t> biased(poly.limb(1).begin(), poly.limb(1).end());
  for (std::size_t k = 0; k < biased.size() / 8; ++k) {
    biased[k] /= 2;
  }
  EXPECT_GT(chi_square(biased, ring_.q(1).value), 63 + 5 * 11.2);
}

TEST_F(UniformSampler, IsAFunctionOfDomainSeedAndStream) {
  const Poly a = uniform_poly(ring_, "test", seed_, 7, 1, 0);
  EXPECT_TRUE(equal(a.limb(0), uniform_poly(ring_, "test", seed_, 7, 1, 0).limb(0)));
  EXPECT_FALSE(equal(a.limb(0), uniform_poly(ring_, "Test", seed_, 7, 1, 0).limb(0)));
  EXPECT_FALSE(equal(a.limb(0), uniform_poly(ring_, "test", seed_, 8, 1, 0).limb(0)));
  base::Seed other = seed_;
  other[31] ^= 1;
  EXPECT_FALSE(equal(a.limb(0), uniform_poly(ring_, "test", other, 7, 1, 0).limb(0)));
}

TEST_F(UniformSampler, DrawsEveryLimbOnItsOwn) {
  const Poly full = uniform_poly(ring_, "test", seed_, 3, 2, 1);
  const Poly short_one = uniform_poly(ring_, "test", seed_, 3, 1, 1);
  EXPECT_TRUE(equal(short_one.limb(0), full.limb(0)));
  EXPECT_TRUE(equal(short_one.limb(1), full.limb(2)));  // p_0 in both
  EXPECT_FALSE(equal(full.limb(0), full.limb(1)));
}

TEST_F(UniformSampler, MasksAndRejectsLittleEndianWords) {
  const Poly poly = uniform_poly(ring_, "test", seed_, 5, 2, 0);
  // An expansion written from docs/format.md: limb 1 of stream 5, 41-bit prime.
  base::SeededStream stream("test", seed_, (std::uint64_t{5} << 16U) | 1U);
  std::vector<std::uint8_t> bytes(64 * 1024);
  stream.read(bytes);
  std::size_t word = 0;
  for (std::size_t k = 0; k < 2000; ++k) {
    std::uint64_t value = ring_.q(1).value;
    while (value >= ring_.q(1).value) {
      value = 0;
      for (std::size_t b = 0; b < 8; ++b) {
        value |= std::uint64_t{bytes[8 * word + b]} << (8 * b);
      }
      value &= (std::uint64_t{1} << 41) - 1;
      ++word;
    }
    ASSERT_EQ(poly.limb(1)[k], value) << k;
  }
  EXPECT_GT(word, 3500U);  // about every second word is rejected
}

}  // namespace
}  // namespace blindfit::ring
