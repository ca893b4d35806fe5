// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ring/automorphism.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "blindfit/ring/modular_arithmetic.h"
#include "blindfit/ring/uniform_sampler.h"

namespace blindfit::ring {
namespace {

constexpr unsigned kLogN = 10;

class AutomorphismBy : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  static RingContext make() {
    std::vector<std::uint64_t> taken;
    const std::uint64_t q0 = take_ntt_prime(50, kLogN, taken);
    const std::uint64_t q1 = take_ntt_prime(36, kLogN, taken);
    const std::uint64_t p0 = take_ntt_prime(50, kLogN, taken);
    return {kLogN, {q0, q1}, {p0}, *kernels::default_kernels().value()};
  }
  [[nodiscard]] Poly random() const { return uniform_poly(ring_, "test", base::Seed{}, 0, 2, 1); }
  [[nodiscard]] Poly apply(std::uint32_t g, const Poly& in) const {
    Poly out;
    apply_automorphism(ring_, make_automorphism({g}, kLogN), in, out);
    return out;
  }
  static void expect_equal(const Poly& a, const Poly& b) {
    ASSERT_EQ(a.limbs(), b.limbs());
    for (std::size_t i = 0; i < a.limbs(); ++i) {
      EXPECT_TRUE(std::equal(a.limb(i).begin(), a.limb(i).end(), b.limb(i).begin()));
    }
  }

  RingContext ring_ = make();
};

INSTANTIATE_TEST_SUITE_P(Automorphism, AutomorphismBy,
                         ::testing::Values(1, 3, 5, 25, 1023, 1025, 2047),
                         ::testing::PrintToStringParamName());

TEST_P(AutomorphismBy, SendsXToItsPower) {
  const std::uint32_t g = GetParam();
  Poly in = random();
  in.set_domain(Domain::kCoefficient);
  Poly expected = zero_poly(ring_, 2, 1, Domain::kCoefficient);
  for (std::size_t i = 0; i < in.limbs(); ++i) {
    const std::uint64_t q = ring_.modulus(in, i).value;
    for (std::size_t k = 0; k < in.n(); ++k) {
      const std::size_t exponent = k * g % (2 * in.n());
      const std::uint64_t c = in.limb(i)[k];
      const bool wraps = exponent >= in.n();
      expected.limb(i)[exponent % in.n()] = wraps && c != 0 ? q - c : c;
    }
  }
  to_evaluation(ring_, in);
  to_evaluation(ring_, expected);
  expect_equal(apply(g, in), expected);
}

TEST_P(AutomorphismBy, IsUndoneByTheInverse) {
  const GaloisElement g{GetParam()};
  const GaloisElement inverted = inverse(g, kLogN);
  EXPECT_EQ(g.value * inverted.value % 2048, 1U);
  EXPECT_LT(inverted.value, 2048U);
  const Poly in = random();
  expect_equal(apply(inverted.value, apply(g.value, in)), in);
}

TEST_P(AutomorphismBy, ComposesToTheProduct) {
  const Poly in = random();
  expect_equal(apply(5, apply(GetParam(), in)), apply(GetParam() * 5 % 2048, in));
}

TEST_P(AutomorphismBy, RespectsProducts) {
  const Poly a = random();
  const Poly b = uniform_poly(ring_, "test", base::Seed{}, 1, 2, 1);
  Poly product;
  multiply(ring_, a, b, product);
  Poly of_images;
  multiply(ring_, apply(GetParam(), a), apply(GetParam(), b), of_images);
  expect_equal(apply(GetParam(), product), of_images);
}

TEST(AutomorphismIndex, TakesAlignedGroupsOfEightToAlignedGroups) {
  for (const unsigned log_n : {10U, 13U}) {
    for (std::uint32_t g = 1; g < (2U << log_n); g += log_n == 10 ? 2 : 598) {
      const Automorphism automorphism = make_automorphism({g}, log_n);
      for (std::size_t i = 0; i < automorphism.index.size(); ++i) {
        ASSERT_EQ(automorphism.index[i] / 8, automorphism.index[i / 8 * 8] / 8) << g << " " << i;
      }
    }
  }
}

TEST(InverseGaloisElement, ExistsForEveryOddElement) {
  for (std::uint32_t g = 1; g < 2048; g += 2) {
    ASSERT_EQ(g * inverse({g}, kLogN).value % 2048, 1U);
  }
  const GaloisElement large{(std::uint32_t{1} << 18) - 3};
  EXPECT_EQ(std::uint64_t{large.value} * inverse(large, 17).value % (std::uint64_t{1} << 18), 1U);
}

TEST(AutomorphismIndex, DestinationIsTheBlockThatReadsThisOne) {
  for (const std::uint32_t g : {3U, 5U, 1023U, 2047U}) {
    const Automorphism automorphism = make_automorphism({g}, kLogN);
    for (std::size_t words = 8; words <= 1024; words *= 2) {
      for (std::size_t begin = 0; begin < 1024; begin += words) {
        const std::size_t to = destination(automorphism, begin, words);
        EXPECT_EQ(to % words, 0U);
        for (std::size_t j = to; j < to + words; ++j) {
          ASSERT_EQ(automorphism.index[j] / words, begin / words) << g << ' ' << words;
        }
      }
    }
  }
}

}  // namespace
}  // namespace blindfit::ring
