// SPDX-License-Identifier: Apache-2.0
// Every family against 128-bit arithmetic.
#include <algorithm>
#include <functional>
#include <numeric>

#include "blindfit/kernels/kernel_test_cases.h"

namespace blindfit::kernels::test {
namespace {

using base::AlignedBuffer;

constexpr std::size_t kLengths[] = {8, 24, 1032};

class Elementwise : public KernelFamily {
 protected:
  using Definition = std::function<Word(Word out, Word a, Word b, Word q)>;
  using Call = std::function<void(Word* out, const Word* a, const Word* b, std::size_t n,
                                  const ModulusConstants& q)>;

  // Checks call(out, a, b) against the definition, with out apart, equal to a and equal to b.
  static void check(const Definition& definition, const Call& call) {
    for (const Word prime : edge_primes(10)) {
      for (const Pattern left : kPatterns) {
        for (const Pattern right : {Pattern::kRandom, Pattern::kZero, Pattern::kLargest}) {
          for (const std::size_t n : kLengths) {
            check_aliasing(make_words(n, prime, left, 1), make_words(n, prime, right, 2), prime,
                           definition, call);
          }
        }
      }
    }
  }

 private:
  static void check_aliasing(const AlignedBuffer& a, const AlignedBuffer& b, Word prime,
                             const Definition& definition, const Call& call) {
    const std::size_t n = a.size();
    const ModulusConstants q = make_modulus_constants(prime);
    const AlignedBuffer start = make_words(n, prime, Pattern::kRandom, 3);
    AlignedBuffer apart = start;
    AlignedBuffer on_a = a;
    AlignedBuffer on_b = b;
    call(apart.data(), a.data(), b.data(), n, q);
    call(on_a.data(), on_a.data(), b.data(), n, q);
    call(on_b.data(), a.data(), on_b.data(), n, q);
    for (std::size_t i = 0; i < n; ++i) {
      const Word x = a.data()[i];
      const Word y = b.data()[i];
      ASSERT_EQ(apart.data()[i], definition(start.data()[i], x, y, prime)) << prime;
      ASSERT_EQ(on_a.data()[i], definition(x, x, y, prime)) << prime;
      ASSERT_EQ(on_b.data()[i], definition(y, x, y, prime)) << prime;
    }
  }
};

TEST_P(Elementwise, AddMatchesItsDefinition) {
  check([](Word, Word a, Word b, Word q) { return (a + b) % q; }, kernels().add);
}

TEST_P(Elementwise, SubtractMatchesItsDefinition) {
  check([](Word, Word a, Word b, Word q) { return (a + q - b) % q; }, kernels().subtract);
}

TEST_P(Elementwise, NegateMatchesItsDefinition) {
  check([](Word, Word a, Word, Word q) { return (q - a) % q; },
        [this](Word* out, const Word* a, const Word*, std::size_t n, const ModulusConstants& q) {
          kernels().negate(out, a, n, q);
        });
}

TEST_P(Elementwise, MultiplyMatchesItsDefinition) {
  check([](Word, Word a, Word b, Word q) { return multiply_mod(a, b, q); }, kernels().multiply);
}

TEST_P(Elementwise, MultiplyAddMatchesItsDefinition) {
  check([](Word out, Word a, Word b, Word q) { return (out + multiply_mod(a, b, q)) % q; },
        kernels().multiply_add);
}

// Scalars at both ends of the range and in between.
std::vector<Word> scalars(Word q) {
  return {0, 1, 2, q / 2, q / 3 + 1, q - 2, q - 1};
}

TEST_P(Elementwise, ScalarProductsMatchTheirDefinitions) {
  for (std::size_t which = 0; which < 7; ++which) {
    const auto scalar = [which](Word q) { return scalars(q)[which]; };
    check([&](Word, Word a, Word, Word q) { return multiply_mod(a, scalar(q), q); },
          [&](Word* out, const Word* a, const Word*, std::size_t n, const ModulusConstants& q) {
            kernels().multiply_scalar(out, a, scalar(q.value), n, q);
          });
    check([&](Word out, Word a, Word, Word q) { return (out + multiply_mod(a, scalar(q), q)) % q; },
          [&](Word* out, const Word* a, const Word*, std::size_t n, const ModulusConstants& q) {
            kernels().multiply_scalar_add(out, a, scalar(q.value), n, q);
          });
    check([&](Word, Word a, Word b, Word q) { return multiply_mod(a + q - b, scalar(q), q); },
          [&](Word* out, const Word* a, const Word* b, std::size_t n, const ModulusConstants& q) {
            kernels().subtract_multiply_scalar(out, a, b, scalar(q.value), n, q);
          });
  }
}

TEST_P(Elementwise, NothingIsWrittenBeyondTheEnd) {
  const Word prime = edge_primes(10).back();
  const ModulusConstants q = make_modulus_constants(prime);
  const AlignedBuffer a = make_words(32, prime, Pattern::kRandom, 5);
  AlignedBuffer out = make_words(32, prime, Pattern::kRandom, 6);
  const AlignedBuffer before = out;
  kernels().add(out.data(), a.data(), a.data(), 8, q);
  kernels().multiply(out.data(), a.data(), a.data(), 8, q);
  kernels().reduce(out.data(), a.data(), 8, q);
  EXPECT_TRUE(std::equal(out.data() + 8, out.data() + 32, before.data() + 8));
  EXPECT_FALSE(std::equal(out.data(), out.data() + 8, before.data()));
}

// The sum of a[k][i] * b[k][i], one coefficient at a time.
Word defined_dot(const std::vector<AlignedBuffer>& a, const std::vector<AlignedBuffer>& b,
                 std::size_t count, std::size_t i, Word q) {
  Word sum = 0;
  for (std::size_t k = 0; k < count; ++k) {
    sum = (sum + multiply_mod(a[k].data()[i], b[k].data()[i], q)) % q;
  }
  return sum;
}

std::vector<const Word*> pointers(const std::vector<AlignedBuffer>& buffers) {
  std::vector<const Word*> result;
  for (const AlignedBuffer& buffer : buffers) {
    result.push_back(buffer.data());
  }
  return result;
}

TEST_P(Elementwise, DotPairMatchesItsDefinitionUpToTheLongestSum) {
  constexpr std::size_t kN = 40;
  for (const Word prime : edge_primes(10)) {
    const ModulusConstants q = make_modulus_constants(prime);
    for (const Pattern pattern : {Pattern::kRandom, Pattern::kLargest}) {
      std::vector<AlignedBuffer> a;
      std::vector<AlignedBuffer> b0;
      std::vector<AlignedBuffer> b1;
      for (std::size_t k = 0; k < kMaxDotLength; ++k) {
        a.push_back(make_words(kN, prime, pattern, 3 * k));
        b0.push_back(make_words(kN, prime, pattern, 3 * k + 1));
        b1.push_back(make_words(kN, prime, Pattern::kRandom, 3 * k + 2));
      }
      for (const std::size_t count :
           {0u, 1u, 2u, 3u, 8u, 15u, 16u, 17u, 24u, 25u, 32u, 33u, 63u, 64u}) {
        AlignedBuffer out0(kN);
        AlignedBuffer out1(kN);
        kernels().dot_pair(out0.data(), out1.data(), pointers(a).data(), pointers(b0).data(),
                           pointers(b1).data(), count, kN, q);
        for (std::size_t i = 0; i < kN; ++i) {
          ASSERT_EQ(out0.data()[i], defined_dot(a, b0, count, i, prime)) << prime << " " << count;
          ASSERT_EQ(out1.data()[i], defined_dot(a, b1, count, i, prime)) << prime << " " << count;
        }
      }
    }
  }
}

/// Shuffles the groups of eight and the words inside each.
std::vector<std::uint32_t> shuffled_groups(std::size_t n) {
  std::mt19937_64 random(8);
  std::vector<std::uint32_t> groups(n / 8);
  std::iota(groups.begin(), groups.end(), 0u);
  std::shuffle(groups.begin(), groups.end(), random);
  std::vector<std::uint32_t> index;
  for (const std::uint32_t group : groups) {
    for (std::uint32_t lane = 0; lane < 8; ++lane) {
      index.push_back(8 * group + lane);
    }
    std::shuffle(index.end() - 8, index.end(), random);
  }
  return index;
}

TEST_P(Elementwise, PermuteFollowsItsIndex) {
  constexpr std::size_t kN = 1032;
  const AlignedBuffer x = make_words(kN, Word{1} << 50, Pattern::kRandom, 7);
  const std::vector<std::uint32_t> index = shuffled_groups(kN);
  AlignedBuffer out(kN);
  kernels().permute(out.data(), x.data(), index.data(), kN);
  for (std::size_t i = 0; i < kN; ++i) {
    ASSERT_EQ(out.data()[i], x.data()[index[i]]);
  }
}

TEST_P(Elementwise, PermuteAddAddsWhatPermuteYields) {
  constexpr std::size_t kN = 1032;
  const std::vector<std::uint32_t> index = shuffled_groups(kN);
  for (const Word prime : edge_primes(10)) {
    const ModulusConstants q = make_modulus_constants(prime);
    for (const Pattern pattern : kPatterns) {
      const AlignedBuffer x = make_words(kN, prime, pattern, 7);
      const AlignedBuffer before = make_words(kN, prime, Pattern::kLargest, 8);
      AlignedBuffer out = before;
      kernels().permute_add(out.data(), x.data(), index.data(), kN, q);
      for (std::size_t i = 0; i < kN; ++i) {
        ASSERT_EQ(out.data()[i], (before.data()[i] + x.data()[index[i]]) % prime);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryFamily, Elementwise, every_family(), family_name);

}  // namespace
}  // namespace blindfit::kernels::test
