// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: primes, roots and inputs at the edges of what kernels accept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "blindfit/base/aligned_buffer.h"
#include "blindfit/kernels/kernel_table.h"
#include "gtest/gtest.h"

namespace blindfit::kernels::test {

__extension__ typedef unsigned __int128 u128;
using Word = std::uint64_t;

inline Word multiply_mod(Word a, Word b, Word q) {
  return static_cast<Word>(u128{a} * b % q);
}

inline Word power_mod(Word base, Word exponent, Word q) {
  Word result = 1 % q;
  for (; exponent != 0; exponent >>= 1) {
    if ((exponent & 1) != 0) {
      result = multiply_mod(result, base, q);
    }
    base = multiply_mod(base, base, q);
  }
  return result;
}

/// Miller-Rabin with the bases that decide every number below 2^64.
inline bool is_prime(Word q) {
  if (q < 41) {
    return false;
  }
  const int twos = __builtin_ctzll(q - 1);
  for (const Word base : {2u, 3u, 5u, 7u, 11u, 13u, 17u, 19u, 23u, 29u, 31u, 37u}) {
    Word x = power_mod(base, (q - 1) >> twos, q);
    if (x == 1 || x == q - 1) {
      continue;
    }
    bool composite = true;
    for (int i = 1; i < twos && composite; ++i) {
      x = multiply_mod(x, x, q);
      composite = x != q - 1;
    }
    if (composite) {
      return false;
    }
  }
  return true;
}

/// The smallest and the largest prime = 1 mod 2N of every size class that has any.
inline std::vector<Word> edge_primes(unsigned log_n) {
  const Word step = Word{2} << log_n;
  std::vector<Word> primes;
  for (const unsigned bits : {20u, 30u, 36u, 40u, 45u, 48u, 49u, 50u}) {
    const Word low = Word{1} << (bits - 1);
    const Word high = Word{1} << bits;
    Word smallest = low / step * step + 1;
    while (smallest < high && (smallest < low || !is_prime(smallest))) {
      smallest += step;
    }
    if (smallest >= high) {
      continue;
    }
    Word largest = high - step + 1;
    while (!is_prime(largest)) {
      largest -= step;
    }
    primes.push_back(smallest);
    if (largest != smallest) {
      primes.push_back(largest);
    }
  }
  return primes;
}

/// Returns a primitive 2N-th root of unity mod q.
inline Word primitive_root(Word q, unsigned log_n) {
  const Word n = Word{1} << log_n;
  for (Word base = 2;; ++base) {
    const Word psi = power_mod(base, (q - 1) / (2 * n), q);
    if (power_mod(psi, n, q) == q - 1) {
      return psi;
    }
  }
}

enum class Pattern { kRandom, kZero, kLargest, kAlternating };
inline constexpr std::initializer_list<Pattern> kPatterns{Pattern::kRandom, Pattern::kZero,
                                                          Pattern::kLargest, Pattern::kAlternating};

/// n words below `bound`, the same ones for the same seed.
inline base::AlignedBuffer make_words(std::size_t n, Word bound, Pattern pattern,
                                      std::uint64_t seed) {
  std::mt19937_64 random(seed);
  base::AlignedBuffer words(n);
  for (std::size_t i = 0; i < n; ++i) {
    const bool zero = pattern == Pattern::kZero || (pattern == Pattern::kAlternating && i % 2 == 0);
    words.data()[i] = pattern == Pattern::kRandom ? random() % bound : zero ? 0 : bound - 1;
  }
  return words;
}

inline std::size_t count_differences(const base::AlignedBuffer& a, const base::AlignedBuffer& b) {
  std::size_t differences = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    differences += a.data()[i] != b.data()[i] ? 1 : 0;
  }
  return differences;
}

/// A test that runs once for every family and is skipped where the CPU lacks it.
class KernelFamily : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const base::Result<const KernelTable*> found = find_kernels(GetParam());
    if (!found.ok()) {
      GTEST_SKIP() << found.error().what();
    }
    kernels_ = found.value();
  }
  [[nodiscard]] const KernelTable& kernels() const { return *kernels_; }

 private:
  const KernelTable* kernels_ = nullptr;
};

inline const KernelTable& scalar_kernels() {
  return *supported_kernels().back();
}

inline auto every_family() {
  return ::testing::Values("scalar", "avx2", "avx512ifma");
}

inline std::string family_name(const ::testing::TestParamInfo<const char*>& info) {
  return info.param;
}

}  // namespace blindfit::kernels::test
