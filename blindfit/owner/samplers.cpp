// SPDX-License-Identifier: Apache-2.0
#include "blindfit/owner/samplers.h"

#include <array>
#include <cmath>
#include <string>

#include "blindfit/base/csprng.h"
#include "blindfit/base/error.h"
#include "blindfit/ring/modular_arithmetic.h"

namespace blindfit::owner {
namespace {

constexpr std::size_t kTail = 39;  // 12 sigma, rounded up

/// threshold[k] = 2^63 * P(|x| <= k): |x| is the number of thresholds not above a uniform 63-bit
/// value.
std::array<std::uint64_t, kTail> cumulative_table() {
  const long double two_variance = 2.0L * kErrorSigma * kErrorSigma;
  const auto weight = [&](std::size_t k) {
    const auto x = static_cast<long double>(k);
    return std::exp(-x * x / two_variance);
  };
  long double total = weight(0);
  for (std::size_t k = 1; k <= kTail; ++k) {
    total += 2 * weight(k);
  }
  std::array<std::uint64_t, kTail> table{};
  long double sum = weight(0);
  for (std::size_t k = 0; k < kTail; ++k) {
    table[k] = static_cast<std::uint64_t>(std::llround(sum / total * 0x1p63L - 1));
    sum += 2 * weight(k + 1);
  }
  return table;
}

std::vector<std::uint64_t> random_words(std::size_t count) {
  std::vector<std::uint64_t> words(count);
  base::random_bytes({reinterpret_cast<std::uint8_t*>(words.data()), words.size() * 8});
  return words;
}

void wipe_words(std::vector<std::uint64_t>& words) {
  base::wipe({reinterpret_cast<std::uint8_t*>(words.data()), words.size() * 8});
}

}  // namespace

std::vector<std::int8_t> sample_ternary(std::size_t count) {
  std::vector<std::uint64_t> words = random_words(count);
  std::vector<std::int8_t> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    // floor(3 u / 2^62) for a 62-bit u is uniform on {0, 1, 2} up to 2^-62.
    const std::uint64_t u = words[i] >> 2U;
    const std::uint64_t third = (u >> 32U) * 3 + ((u & 0xFFFFFFFFU) * 3 >> 32U);
    result[i] = static_cast<std::int8_t>(static_cast<std::int64_t>(third >> 30U) - 1);
  }
  wipe_words(words);
  return result;
}

std::vector<std::int8_t> sample_sparse(std::size_t count, std::size_t weight) {
  if (weight > count) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "a sparse secret's weight must be at most its length: " +
                          std::to_string(weight) + " > " + std::to_string(count));
  }
  std::vector<std::int8_t> result(count);
  for (std::size_t placed = 0; placed < weight;) {
    std::vector<std::uint64_t> word = random_words(1);
    // Uniform up to count / 2^63.
    const std::uint64_t u = word[0] >> 1U;
    const std::uint64_t position =
        static_cast<std::uint64_t>(static_cast<ring::u128>(u) * count >> 63U);
    const auto sign = static_cast<std::uint8_t>(2 * (word[0] & 1U));
    // Every entry is visited, so that memory accesses do not show the position.
    std::uint8_t taken = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t difference = i ^ position;
      const auto here = static_cast<std::uint8_t>(1 - ((difference | (0 - difference)) >> 63U));
      const auto old = static_cast<std::uint8_t>(result[i]);
      const auto used = static_cast<std::uint8_t>(old & 1U);
      taken = static_cast<std::uint8_t>(taken | (here & used));
      // 1 - sign is +1 or -1; added only to a free position.
      const auto mask = static_cast<std::uint8_t>(0U - (here & (1U ^ used)));
      result[i] = static_cast<std::int8_t>(old | (static_cast<std::uint8_t>(1U - sign) & mask));
    }
    placed += 1U - taken;
    wipe_words(word);
  }
  return result;
}

std::vector<std::int64_t> sample_gaussian(std::size_t count) {
  static const std::array<std::uint64_t, kTail> kTable = cumulative_table();
  std::vector<std::uint64_t> words = random_words(count);
  std::vector<std::int64_t> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t u = words[i] >> 1U;
    std::uint64_t magnitude = 0;
    for (const std::uint64_t threshold : kTable) {
      magnitude += (threshold - u) >> 63U;  // 1 iff u > threshold; both are below 2^63
    }
    const std::uint64_t sign = 0 - (words[i] & 1U);
    result[i] = static_cast<std::int64_t>((magnitude ^ sign) - sign);
  }
  wipe_words(words);
  return result;
}

}  // namespace blindfit::owner
