// SPDX-License-Identifier: Apache-2.0
// Against integers in mixed radix: x = d_0 + d_1 s_0 + d_2 s_0 s_1 + ..., 0 <= d_k < s_k, which is
// the CRT without big integers.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "blindfit/ring/modular_arithmetic.h"
#include "blindfit/ring/rounded_division.h"
#include "blindfit/ring/uniform_sampler.h"

namespace blindfit::ring {
namespace {

using Digits = std::vector<std::uint64_t>;

/// x mod m, where x is given by its digits over `primes`; x - S if `centre` and x > S / 2. The
/// digits of (S - 1) / 2 are (s_k - 1) / 2.
std::uint64_t residue(const Digits& digits, const Digits& primes, std::uint64_t m, bool centre) {
  std::uint64_t sum = 0;
  std::uint64_t product = 1;
  bool above_half = false;
  for (std::size_t k = 0; k < digits.size(); ++k) {
    sum = add_mod(sum, multiply_mod(digits[k] % m, product, m), m);
    product = multiply_mod(product, primes[k] % m, m);
    const std::uint64_t half = (primes[k] - 1) / 2;
    above_half = digits[k] == half ? above_half : digits[k] > half;
  }
  return centre && above_half ? add_mod(sum, m - product, m) : sum;
}

class BasisExtensionOfKernels : public ::testing::TestWithParam<const kernels::KernelTable*> {
 protected:
  static RingContext make(const kernels::KernelTable& kernels) {
    std::vector<std::uint64_t> taken;
    Digits q;
    for (const unsigned bits : {50U, 50U, 40U, 36U, 17U}) {
      q.push_back(take_ntt_prime(bits, 10, taken));
    }
    Digits p;
    for (const unsigned bits : {50U, 50U, 45U}) {
      p.push_back(take_ntt_prime(bits, 10, taken));
    }
    return {10, q, p, kernels};
  }
  [[nodiscard]] std::uint64_t prime(std::size_t index) const {
    return index < ring_.q_count() ? ring_.q(index).value : ring_.p(index - ring_.q_count()).value;
  }
  [[nodiscard]] Digits primes_of(const std::vector<std::size_t>& indices) const {
    Digits result;
    for (const std::size_t i : indices) {
      result.push_back(prime(i));
    }
    return result;
  }
  /// N integers below S: the named ones, then random ones.
  [[nodiscard]] std::vector<Digits> integers(const Digits& primes,
                                             std::vector<Digits> first) const {
    const Poly words = uniform_poly(ring_, "test", base::Seed{}, 0, ring_.q_count(), 3);
    while (first.size() < ring_.n()) {
      Digits digits(primes.size());
      for (std::size_t k = 0; k < primes.size(); ++k) {
        digits[k] = words.limb(k)[first.size()] % primes[k];
      }
      first.push_back(digits);
    }
    return first;
  }

  /// Every prime of the context, limbs one after the other from `storage`.
  [[nodiscard]] std::vector<BasisExtension::Target> all_targets(std::uint64_t* storage) const {
    std::vector<BasisExtension::Target> targets;
    for (std::size_t i = 0; i < ring_.q_count() + ring_.p_count(); ++i) {
      targets.push_back({i, storage + i * ring_.n()});
    }
    return targets;
  }

  /// Coefficients -> coefficients, through the transforms whose halves extend() does.
  void extend_coefficients(const std::vector<std::size_t>& source,
                           std::span<std::uint64_t* const> x,
                           std::span<const BasisExtension::Target> targets) const {
    for (std::size_t k = 0; k < source.size(); ++k) {
      const std::span<std::uint64_t> limb(x[k], ring_.n());
      ring_.forward_ntt_limb(limb, source[k]);
      inverse_ntt_rows(ring_, limb, source[k]);
    }
    const BasisExtension extension(ring_, source);
    extension.extend(ring_, extension.prepare(ring_, x), targets);
    for (const auto& [modulus, out] : targets) {
      forward_ntt_rows(ring_, {out, ring_.n()}, modulus);
      ring_.inverse_ntt_limb({out, ring_.n()}, modulus);
    }
  }

  RingContext ring_ = make(*GetParam());
};

INSTANTIATE_TEST_SUITE_P(BasisExtension, BasisExtensionOfKernels,
                         ::testing::ValuesIn(kernels::supported_kernels().begin(),
                                             kernels::supported_kernels().end()),
                         [](const auto& instance) { return std::string(instance.param->name); });

TEST_P(BasisExtensionOfKernels, GivesTheCentredValueModuloEveryPrime) {
  for (const std::vector<std::size_t>& source :
       {std::vector<std::size_t>{0}, {4}, {1, 2}, {0, 1, 2}, {5, 6, 7}, {0, 1, 2, 3, 4}}) {
    const Digits primes = primes_of(source);
    Digits zero(primes.size(), 0);
    Digits one = zero;
    one[0] = 1;
    Digits minus_one;
    Digits quarter;
    for (const std::uint64_t s : primes) {
      minus_one.push_back(s - 1);
      quarter.push_back(s / 4);
    }
    const std::vector<Digits> x = integers(primes, {zero, one, minus_one, quarter});
    base::AlignedBuffer words((primes.size() + 8) * ring_.n());
    std::vector<std::uint64_t*> in(primes.size());
    for (std::size_t k = 0; k < primes.size(); ++k) {
      std::uint64_t* limb = words.data() + k * ring_.n();
      for (std::size_t i = 0; i < ring_.n(); ++i) {
        limb[i] = residue(x[i], primes, primes[k], false);
      }
      in[k] = limb;
    }
    const std::vector<BasisExtension::Target> targets =
        all_targets(words.data() + primes.size() * ring_.n());
    extend_coefficients(source, in, targets);
    for (const auto& [target, out] : targets) {
      for (std::size_t i = 0; i < ring_.n(); ++i) {
        ASSERT_EQ(out[i], residue(x[i], primes, prime(target), true)) << target << " " << i;
      }
    }
  }
}

TEST_P(BasisExtensionOfKernels, IsOffByAtMostOneModulusAtTheEdgeOfTheCentredRange) {
  // The sum of fractions is a double: within 2^-50 of one half it may fall on either side, but then
  // for every target alike.
  const std::vector<std::size_t> source = {0, 1, 2};
  const Digits primes = primes_of(source);
  Digits largest;
  for (const std::uint64_t s : primes) {
    largest.push_back((s - 1) / 2);
  }
  Digits smallest = largest;  // (S + 1) / 2, that is -(S - 1) / 2
  smallest[0] += 1;
  base::AlignedBuffer words(11 * ring_.n());
  std::vector<std::uint64_t*> in(3);
  for (std::size_t k = 0; k < 3; ++k) {
    std::uint64_t* limb = words.data() + k * ring_.n();
    for (std::size_t i = 0; i < ring_.n(); ++i) {
      limb[i] = residue(i % 2 == 0 ? largest : smallest, primes, primes[k], false);
    }
    in[k] = limb;
  }
  const std::vector<BasisExtension::Target> targets = all_targets(words.data() + 3 * ring_.n());
  extend_coefficients(source, in, targets);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    const Digits& x = i == 0 ? largest : smallest;
    std::vector<bool> moved;
    for (std::size_t target = 3; target < 8; ++target) {
      const std::uint64_t* out = targets[target].out;
      const std::uint64_t m = prime(target);
      const std::uint64_t centred_value = residue(x, primes, m, true);
      const std::uint64_t plain = residue(x, primes, m, false);
      std::uint64_t product = 1;
      for (const std::uint64_t s : primes) {
        product = multiply_mod(product, s % m, m);
      }
      // x itself, or the other representative next to the edge: x - S or x.
      const std::uint64_t other = i == 0 ? add_mod(plain, m - product, m) : plain;
      ASSERT_TRUE(out[i] == centred_value || out[i] == other);
      moved.push_back(out[i] == other);
    }
    EXPECT_EQ(std::adjacent_find(moved.begin(), moved.end(), std::not_equal_to<>()), moved.end());
  }
}

TEST_P(BasisExtensionOfKernels, RejectsTooManyPrimes) {
  std::vector<std::size_t> source(65);
  EXPECT_THROW(BasisExtension(ring_, source), base::Error);
}

TEST_P(BasisExtensionOfKernels, DivisionByPRecoversXFromPTimesXExactly) {
  for (std::size_t limbs = 1; limbs <= ring_.q_count(); ++limbs) {
    const Poly x = uniform_poly(ring_, "test", base::Seed{}, limbs, limbs, 0);
    Poly multiple = zero_poly(ring_, limbs, ring_.p_count(), Domain::kEvaluation);
    for (std::size_t i = 0; i < limbs; ++i) {
      ring_.kernels().multiply_scalar(multiple.limb(i).data(), x.limb(i).data(),
                                      ring_.special_product(i), ring_.n(), ring_.q(i));
    }
    Poly quotient;
    RoundedDivision(ring_, special_primes(ring_)).apply(ring_, multiple, quotient);
    EXPECT_EQ(quotient.q_limbs(), limbs);
    EXPECT_EQ(quotient.p_limbs(), 0U);
    for (std::size_t i = 0; i < limbs; ++i) {
      EXPECT_TRUE(std::equal(x.limb(i).begin(), x.limb(i).end(), quotient.limb(i).begin()));
    }
  }
}

/// The value that both divisions must give for x = digits over (divisor primes, then the rest):
/// (x - centred remainder) / divisor mod m.
std::uint64_t rounded_quotient(const Digits& digits, const Digits& primes, std::size_t divisors,
                               std::uint64_t m) {
  const Digits low(digits.begin(), digits.begin() + static_cast<std::ptrdiff_t>(divisors));
  const Digits low_primes(primes.begin(), primes.begin() + static_cast<std::ptrdiff_t>(divisors));
  std::uint64_t product = 1;
  for (const std::uint64_t p : low_primes) {
    product = multiply_mod(product, p % m, m);
  }
  const std::uint64_t x = residue(digits, primes, m, false);
  const std::uint64_t remainder = residue(low, low_primes, m, true);
  return multiply_mod(add_mod(x, m - remainder, m), inverse_mod(product, m), m);
}

TEST_P(BasisExtensionOfKernels, DivisionByPAloneOrWithTheLastPrimeRoundsOnceToTheNearest) {
  const std::vector<std::vector<std::size_t>> divisors = {special_primes(ring_),
                                                          special_primes_and(ring_, 2)};
  for (const std::vector<std::size_t>& divisor : divisors) {
    const std::size_t left = 6 - divisor.size();  // of q_0 q_1 q_2 and P
    std::vector<std::size_t> order = divisor;
    for (std::size_t i = 0; i < left; ++i) {
      order.push_back(i);
    }
    const Digits primes = primes_of(order);
    const std::vector<Digits> x = integers(primes, {Digits(6, 0)});
    Poly in(ring_.n(), 3, 3, Domain::kCoefficient);
    for (std::size_t limb = 0; limb < 6; ++limb) {
      for (std::size_t i = 0; i < ring_.n(); ++i) {
        in.limb(limb)[i] = residue(x[i], primes, ring_.modulus(in, limb).value, false);
      }
    }
    to_evaluation(ring_, in);
    Poly out;
    RoundedDivision(ring_, divisor).apply(ring_, in, out);
    ASSERT_EQ(out.q_limbs(), left);
    ASSERT_EQ(out.p_limbs(), 0U);
    to_coefficient(ring_, out);
    for (std::size_t limb = 0; limb < left; ++limb) {
      for (std::size_t i = 0; i < ring_.n(); ++i) {
        ASSERT_EQ(out.limb(limb)[i],
                  rounded_quotient(x[i], primes, divisor.size(), ring_.q(limb).value));
      }
    }
  }
}

TEST_P(BasisExtensionOfKernels, DivisionByTheLastPrimeRoundsToTheNearestInPlaceAndElsewhere) {
  for (std::size_t limbs = 2; limbs <= ring_.q_count(); ++limbs) {
    std::vector<std::size_t> order = {limbs - 1};
    for (std::size_t i = 0; i + 1 < limbs; ++i) {
      order.push_back(i);
    }
    const Digits primes = primes_of(order);
    const std::vector<Digits> x = integers(primes, {Digits(limbs, 0)});
    Poly in(ring_.n(), limbs, 0, Domain::kCoefficient);
    for (std::size_t limb = 0; limb < limbs; ++limb) {
      for (std::size_t i = 0; i < ring_.n(); ++i) {
        in.limb(limb)[i] = residue(x[i], primes, ring_.q(limb).value, false);
      }
    }
    to_evaluation(ring_, in);
    Poly out;
    const RoundedDivision division(ring_, {limbs - 1});
    Poly elsewhere = in;
    division.apply(ring_, elsewhere, out);
    division.apply(ring_, in, in);
    EXPECT_EQ(in.q_limbs(), limbs - 1);
    to_coefficient(ring_, out);
    to_coefficient(ring_, in);
    for (std::size_t limb = 0; limb + 1 < limbs; ++limb) {
      for (std::size_t i = 0; i < ring_.n(); ++i) {
        const std::uint64_t expected = rounded_quotient(x[i], primes, 1, ring_.q(limb).value);
        ASSERT_EQ(out.limb(limb)[i], expected);
        ASSERT_EQ(in.limb(limb)[i], expected);
      }
    }
  }
}

}  // namespace
}  // namespace blindfit::ring
