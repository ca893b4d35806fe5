// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ring/ring_context.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "blindfit/ring/modular_arithmetic.h"
#include "blindfit/ring/uniform_sampler.h"

namespace blindfit::ring {
namespace {

using base::Error;
using base::ErrorCode;

std::vector<std::uint64_t> primes(unsigned log_n, std::initializer_list<unsigned> bits,
                                  std::vector<std::uint64_t>& taken) {
  std::vector<std::uint64_t> result;
  for (const unsigned b : bits) {
    result.push_back(take_ntt_prime(b, log_n, taken));
  }
  return result;
}

class RingOfKernels : public ::testing::TestWithParam<const kernels::KernelTable*> {
 protected:
  static RingContext make(const kernels::KernelTable& kernels) {
    std::vector<std::uint64_t> taken;
    const auto q = primes(10, {50, 40, 17}, taken);
    const auto p = primes(10, {50, 36}, taken);
    return {10, q, p, kernels};
  }
  [[nodiscard]] Poly random(std::uint64_t stream, std::size_t q_limbs = 3,
                            std::size_t p_limbs = 2) const {
    return uniform_poly(ring_, "test", base::Seed{}, stream, q_limbs, p_limbs);
  }
  /// Checks out[k] = expected(a[k], b[k], q) for every word of every limb.
  void expect_words(
      const Poly& out, const Poly& a, const Poly& b,
      const std::function<std::uint64_t(std::uint64_t, std::uint64_t, std::uint64_t)>& expected) {
    for (std::size_t i = 0; i < out.limbs(); ++i) {
      const std::uint64_t q = ring_.modulus(out, i).value;
      for (std::size_t k = 0; k < out.n(); ++k) {
        ASSERT_EQ(out.limb(i)[k], expected(a.limb(i)[k], b.limb(i)[k], q)) << i << " " << k;
      }
    }
  }

  RingContext ring_ = make(*GetParam());
};

INSTANTIATE_TEST_SUITE_P(RingContext, RingOfKernels,
                         ::testing::ValuesIn(kernels::supported_kernels().begin(),
                                             kernels::supported_kernels().end()),
                         [](const auto& instance) { return std::string(instance.param->name); });

TEST_P(RingOfKernels, NumbersTheModuliOfEveryLimb) {
  const Poly poly = random(0, 2, 2);
  EXPECT_EQ(ring_.q_count(), 3U);
  EXPECT_EQ(ring_.p_count(), 2U);
  EXPECT_EQ(ring_.modulus(poly, 1).value, ring_.q(1).value);
  EXPECT_EQ(ring_.modulus(poly, 2).value, ring_.p(0).value);
  EXPECT_EQ(ring_.index(poly, 3), ring_.p_index(1));
}

TEST_P(RingOfKernels, MultipliesAsPolynomialsModuloXToTheNPlusOne) {
  Poly a = random(1, 3, 0);
  Poly b = random(2, 3, 0);
  a.set_domain(Domain::kCoefficient);  // uniform words are as good as coefficients
  b.set_domain(Domain::kCoefficient);
  const std::size_t n = ring_.n();
  std::vector<std::vector<std::uint64_t>> expected(3, std::vector<std::uint64_t>(n));
  for (std::size_t i = 0; i < 3; ++i) {
    const std::uint64_t q = ring_.q(i).value;
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t k = 0; k < n; ++k) {
        const std::uint64_t term = multiply_mod(a.limb(i)[j], b.limb(i)[k], q);
        std::uint64_t& sum = expected[i][(j + k) % n];
        sum = add_mod(sum, j + k < n || term == 0 ? term : q - term, q);
      }
    }
  }
  to_evaluation(ring_, a);
  to_evaluation(ring_, b);
  Poly product;
  multiply(ring_, a, b, product);
  to_coefficient(ring_, product);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(std::equal(expected[i].begin(), expected[i].end(), product.limb(i).begin())) << i;
  }
}

TEST_P(RingOfKernels, AppliesOperationsWordByWord) {
  const Poly a = random(1);
  const Poly b = random(2);
  Poly out;
  add(ring_, a, b, out);
  expect_words(out, a, b, [](auto x, auto y, auto q) { return add_mod(x, y, q); });
  subtract(ring_, a, b, out);
  expect_words(out, a, b, [](auto x, auto y, auto q) { return x >= y ? x - y : x + q - y; });
  negate(ring_, a, out);
  expect_words(out, a, a, [](auto x, auto, auto q) { return x == 0 ? 0 : q - x; });
  multiply(ring_, a, b, out);
  expect_words(out, a, b, [](auto x, auto y, auto q) { return multiply_mod(x, y, q); });
  Poly accumulator = a;
  multiply_add(ring_, a, b, accumulator);
  expect_words(accumulator, a, b,
               [](auto x, auto y, auto q) { return add_mod(x, multiply_mod(x, y, q), q); });
}

TEST_P(RingOfKernels, MultipliesByOneScalarForEveryModulus) {
  const Poly a = random(1, 2, 2);
  const std::vector<std::uint64_t> scalars = {3, 5, 7, 11, 13};
  Poly out;
  multiply_scalars(ring_, a, scalars, out);
  for (std::size_t i = 0; i < a.limbs(); ++i) {
    const std::uint64_t q = ring_.modulus(a, i).value;
    EXPECT_EQ(out.limb(i)[9], multiply_mod(a.limb(i)[9], scalars[ring_.index(a, i)], q));
  }
}

TEST_P(RingOfKernels, LetsTheResultTakeThePlaceOfEitherOperand) {
  const Poly low = random(1, 2, 0);
  const Poly high = random(2, 3, 0);
  Poly expected;
  subtract(ring_, low, high, expected);
  Poly first = low;
  subtract(ring_, first, high, first);
  Poly second = high;  // stands at a higher level than the result
  subtract(ring_, low, second, second);
  Poly both = low;
  add(ring_, both, both, both);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto e = expected.limb(i);
    EXPECT_TRUE(std::equal(e.begin(), e.end(), first.limb(i).begin()));
    EXPECT_TRUE(std::equal(e.begin(), e.end(), second.limb(i).begin()));
    EXPECT_EQ(both.limb(i)[5], add_mod(low.limb(i)[5], low.limb(i)[5], ring_.q(i).value));
  }
  EXPECT_EQ(second.q_limbs(), 2U);
}

TEST_P(RingOfKernels, RejectsOperandsThatDoNotFit) {
  Poly out;
  const auto code = [&](const Poly& a, const Poly& b) {
    try {
      add(ring_, a, b, out);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kCancelled;
  };
  EXPECT_EQ(code(random(1, 3, 0), random(2, 2, 0)), ErrorCode::kLevelMismatch);  // b is shorter
  EXPECT_EQ(code(random(1, 2, 2), random(2, 3, 2)), ErrorCode::kLevelMismatch);
  EXPECT_EQ(code(random(1, 3, 0), random(2, 3, 2)), ErrorCode::kLevelMismatch);
  Poly coefficients = random(2, 3, 0);
  coefficients.set_domain(Domain::kCoefficient);
  EXPECT_EQ(code(random(1, 3, 0), coefficients), ErrorCode::kLevelMismatch);
  EXPECT_EQ(code(random(1, 2, 0), random(2, 3, 0)), ErrorCode::kCancelled);
}

TEST_P(RingOfKernels, KnowsTheValuesOfTheMonomialThatIsTheImaginaryUnit) {
  Poly monomial = zero_poly(ring_, 3, 0, Domain::kCoefficient);
  for (std::size_t i = 0; i < 3; ++i) {
    monomial.limb(i)[ring_.n() / 2] = 1;
  }
  to_evaluation(ring_, monomial);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::uint64_t unit = ring_.imaginary_unit(i);
    const std::uint64_t q = ring_.q(i).value;
    EXPECT_EQ(multiply_mod(unit, unit, q), q - 1);
    for (std::size_t k = 0; k < ring_.n(); ++k) {
      ASSERT_EQ(monomial.limb(i)[k], k < ring_.n() / 2 ? unit : q - unit);
    }
  }
}

TEST_P(RingOfKernels, KnowsTheProductOfTheSpecialPrimes) {
  for (std::size_t i = 0; i < 3; ++i) {
    const u128 product = static_cast<u128>(ring_.p(0).value) * ring_.p(1).value;
    EXPECT_EQ(ring_.special_product(i), static_cast<std::uint64_t>(product % ring_.q(i).value));
  }
}

TEST_P(RingOfKernels, ReducesSignedCoefficientsOfAnySize) {
  const auto half = static_cast<std::int64_t>(ring_.q(2).value / 2);
  const std::int64_t huge = std::int64_t{1} << 62;
  for (const std::int64_t largest : {half, huge}) {
    std::vector<std::int64_t> coefficients(ring_.n());
    coefficients[0] = largest;
    coefficients[1] = -largest;
    coefficients[2] = -1;
    coefficients[3] = 1;
    Poly out(ring_.n(), 3, 2, Domain::kEvaluation);
    set_signed_coefficients(ring_, coefficients, out);
    EXPECT_EQ(out.domain(), Domain::kCoefficient);
    for (std::size_t i = 0; i < out.limbs(); ++i) {
      for (std::size_t k = 0; k < 5; ++k) {
        EXPECT_EQ(out.limb(i)[k], reduce_signed(coefficients[k], ring_.modulus(out, i).value));
      }
    }
  }
}

TEST_P(RingOfKernels, RejectsModuliThatItCannotUse) {
  std::vector<std::uint64_t> taken;
  const std::uint64_t good = take_ntt_prime(40, 10, taken);
  const std::uint64_t other = take_ntt_prime(40, 10, taken);
  std::vector<std::uint64_t> wide_taken;
  const std::uint64_t wide = take_ntt_prime(51, 10, wide_taken);
  const auto message = [&](unsigned log_n, std::vector<std::uint64_t> q) {
    try {
      const RingContext context(log_n, std::move(q), {other}, *GetParam());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message(10, {good}), "");
  EXPECT_EQ(message(9, {good}), "log_n must be in [10, 17]: 9");
  EXPECT_EQ(message(18, {good}), "log_n must be in [10, 17]: 18");
  EXPECT_EQ(message(10, {good, good}), "moduli must be distinct");
  EXPECT_EQ(message(10, {other}), "moduli must be distinct");
  const std::string rule = "moduli must be primes in (2^16, 2^50) and = 1 mod 2N: ";
  EXPECT_EQ(message(10, {wide}), rule + std::to_string(wide));
  EXPECT_EQ(message(10, {good + 2048 * 3}), rule + std::to_string(good + 2048 * 3));
  EXPECT_EQ(message(10, {12289}), rule + "12289");
  EXPECT_EQ(message(10, {1000003}), rule + "1000003");
}

}  // namespace
}  // namespace blindfit::ring
