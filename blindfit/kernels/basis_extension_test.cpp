// SPDX-License-Identifier: Apache-2.0
// Every family against 128-bit arithmetic, and the floating-point sums bit for bit.
#include <cmath>

#include "blindfit/kernels/kernel_test_cases.h"

namespace blindfit::kernels::test {
namespace {

using base::AlignedBuffer;

class BasisExtension : public KernelFamily {};

// Words at and around the multiples of q near both ends of [0, bound), then random ones.
AlignedBuffer words_around_multiples(Word q, Word bound) {
  AlignedBuffer x = make_words(256, bound, Pattern::kRandom, 9);
  std::size_t i = 0;
  for (Word k = 0; k < 8; ++k) {
    for (const Word base : {k * q, (bound - 1) / q * q - std::min((bound - 1) / q, k) * q}) {
      for (const Word offset : {Word{0}, Word{1}, q - 1}) {
        x.data()[i++] = std::min(base + offset, bound - 1);
      }
    }
  }
  x.data()[i++] = bound - 1;
  return x;
}

TEST_P(BasisExtension, ReduceMatchesItsDefinitionUpToFiftyTwoBits) {
  for (const Word prime : edge_primes(10)) {
    const ModulusConstants q = make_modulus_constants(prime);
    const AlignedBuffer x = words_around_multiples(prime, Word{1} << 52);
    AlignedBuffer out(x.size());
    kernels().reduce(out.data(), x.data(), x.size(), q);
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_EQ(out.data()[i], x.data()[i] % prime) << prime << " " << x.data()[i];
    }
  }
}

TEST_P(BasisExtension, ReduceCentredTakesTheUpperHalfAsNegative) {
  const std::vector<Word> primes = edge_primes(10);
  for (const Word p : primes) {
    for (const Word prime : primes) {
      const ModulusConstants q = make_modulus_constants(prime);
      AlignedBuffer x = make_words(64, p, Pattern::kRandom, 10);
      const Word edges[] = {0, 1, p / 2 - 1, p / 2, p / 2 + 1, p - 1};
      std::copy(std::begin(edges), std::end(edges), x.data());
      AlignedBuffer out(x.size());
      kernels().reduce_centred(out.data(), x.data(), x.size(), p, q);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const Word value = x.data()[i];
        const Word expected =
            value <= p / 2 ? value % prime : (prime - (p - value) % prime) % prime;
        ASSERT_EQ(out.data()[i], expected) << p << " " << prime << " " << value;
      }
    }
  }
}

// `count` source primes of 50 bits, with residues modulo them.
struct Source {
  explicit Source(std::size_t count, Pattern pattern, std::size_t n) {
    Word candidate = Word{1} << 50;
    while (primes.size() < count) {
      candidate -= Word{2} << 10;
      if (!is_prime(candidate + 1)) {
        continue;
      }
      primes.push_back(candidate + 1);
      inverses.push_back(1.0 / static_cast<double>(primes.back()));
      residues.push_back(make_words(n, primes.back(), pattern, candidate));
    }
    for (const AlignedBuffer& limb : residues) {
      limbs.push_back(limb.data());
    }
  }
  std::vector<Word> primes;
  std::vector<double> inverses;
  std::vector<AlignedBuffer> residues;
  std::vector<const Word*> limbs;
};

TEST_P(BasisExtension, OverflowCountEqualsTheScalarFamilyBitForBit) {
  constexpr std::size_t kN = 4096;
  for (const std::size_t count : {1u, 2u, 3u, 9u, 31u, 64u}) {
    for (const Pattern pattern : kPatterns) {
      const Source source(count, pattern, kN);
      AlignedBuffer v(kN);
      AlignedBuffer expected(kN);
      kernels().overflow_count(v.data(), source.limbs.data(), source.inverses.data(), count, kN);
      scalar_kernels().overflow_count(expected.data(), source.limbs.data(), source.inverses.data(),
                                      count, kN);
      ASSERT_EQ(count_differences(v, expected), 0u) << count;
    }
  }
}

TEST_P(BasisExtension, OverflowCountRoundsTheSumOfFractions) {
  constexpr std::size_t kN = 4096;
  constexpr std::size_t kCount = 17;
  const Source source(kCount, Pattern::kRandom, kN);
  AlignedBuffer v(kN);
  kernels().overflow_count(v.data(), source.limbs.data(), source.inverses.data(), kCount, kN);
  // 17 terms below 1, each step rounded to 53 bits of a number below 2^5 (note 0002, section 4).
  const long double tolerance = 2 * 17 * std::ldexp(1.0L, 5 - 53);
  for (std::size_t i = 0; i < kN; ++i) {
    long double sum = 0;
    for (std::size_t k = 0; k < kCount; ++k) {
      sum +=
          static_cast<long double>(source.limbs[k][i]) / static_cast<long double>(source.primes[k]);
    }
    EXPECT_LE(std::fabs(sum - static_cast<long double>(v.data()[i])), 0.5L + tolerance);
  }
}

TEST_P(BasisExtension, ExtendMatchesItsDefinition) {
  constexpr std::size_t kN = 40;
  for (const Word prime : edge_primes(10)) {
    const ModulusConstants q = make_modulus_constants(prime);
    for (const Pattern pattern : {Pattern::kRandom, Pattern::kLargest}) {
      const Source source(kMaxDotLength, pattern, kN);
      const AlignedBuffer factor = make_words(kMaxDotLength, prime, pattern, 11);
      for (const std::size_t count : {1u, 2u, 14u, 15u, 16u, 23u, 24u, 63u, 64u}) {
        const AlignedBuffer v = make_words(kN, count + 1, pattern, 12);
        for (const Word product : {Word{0}, Word{1}, prime - 1}) {
          AlignedBuffer out(kN);
          const ExtensionTarget target{out.data(), factor.data(), product, &q};
          kernels().extend(&target, 1, source.limbs.data(), count, v.data(), kN);
          for (std::size_t i = 0; i < kN; ++i) {
            u128 expected = u128{v.data()[i]} * (prime - product);
            for (std::size_t k = 0; k < count; ++k) {
              expected += u128{source.limbs[k][i]} * factor.data()[k];
            }
            ASSERT_EQ(out.data()[i], static_cast<Word>(expected % prime)) << prime << " " << count;
          }
        }
      }
    }
  }
}

TEST_P(BasisExtension, ExtendGivesEachTargetWhatItGetsAlone) {
  constexpr std::size_t kN = 40;
  const std::vector<Word> primes = edge_primes(10);
  const Source source(17, Pattern::kRandom, kN);
  const AlignedBuffer v = make_words(kN, 18, Pattern::kRandom, 13);
  std::vector<ModulusConstants> moduli;
  std::vector<AlignedBuffer> factors;
  std::vector<AlignedBuffer> together(9, AlignedBuffer(kN));
  std::vector<ExtensionTarget> targets;
  for (std::size_t t = 0; t < together.size(); ++t) {
    moduli.push_back(make_modulus_constants(primes[t % primes.size()]));
    factors.push_back(make_words(17, moduli.back().value, Pattern::kRandom, 14 + t));
  }
  for (std::size_t t = 0; t < together.size(); ++t) {
    targets.push_back({together[t].data(), factors[t].data(), moduli[t].value - 1 - t, &moduli[t]});
  }
  for (std::size_t size = 0; size <= targets.size(); ++size) {
    for (AlignedBuffer& out : together) {
      std::fill_n(out.data(), kN, Word{77});
    }
    kernels().extend(targets.data(), size, source.limbs.data(), 17, v.data(), kN);
    for (std::size_t t = 0; t < targets.size(); ++t) {
      AlignedBuffer alone(kN);
      std::fill_n(alone.data(), kN, Word{77});
      ExtensionTarget target = targets[t];
      target.out = alone.data();
      kernels().extend(&target, t < size ? 1 : 0, source.limbs.data(), 17, v.data(), kN);
      ASSERT_EQ(count_differences(together[t], alone), 0u) << size << " " << t;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryFamily, BasisExtension, every_family(), family_name);

}  // namespace
}  // namespace blindfit::kernels::test
