// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ring/modular_arithmetic.h"

#include <algorithm>
#include <array>
#include <string>

#include "blindfit/base/error.h"

namespace blindfit::ring {
namespace {

bool passes_miller_rabin(std::uint64_t x, std::uint64_t witness) noexcept {
  std::uint64_t odd = x - 1;
  int twos = 0;
  while ((odd & 1U) == 0) {
    odd >>= 1U;
    ++twos;
  }
  std::uint64_t y = power_mod(witness, odd, x);
  if (y == 1 || y == x - 1) {
    return true;
  }
  for (int i = 1; i < twos; ++i) {
    y = multiply_mod(y, y, x);
    if (y == x - 1) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::uint64_t power_mod(std::uint64_t base, std::uint64_t exponent, std::uint64_t q) noexcept {
  std::uint64_t result = 1 % q;
  base %= q;
  for (; exponent != 0; exponent >>= 1U) {
    if ((exponent & 1U) != 0) {
      result = multiply_mod(result, base, q);
    }
    base = multiply_mod(base, base, q);
  }
  return result;
}

std::uint64_t inverse_mod(std::uint64_t a, std::uint64_t q) noexcept {
  return power_mod(a, q - 2, q);
}

bool is_prime(std::uint64_t x) noexcept {
  // These twelve witnesses decide every 64-bit integer (Sorenson, Webster 2015).
  constexpr std::array<std::uint64_t, 12> kWitnesses = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
  if (x < 2) {
    return false;
  }
  for (const std::uint64_t p : kWitnesses) {
    if (x % p == 0) {
      return x == p;
    }
  }
  return std::all_of(kWitnesses.begin(), kWitnesses.end(),
                     [x](std::uint64_t w) { return passes_miller_rabin(x, w); });
}

std::uint64_t take_ntt_prime(unsigned bits, unsigned log_n, std::vector<std::uint64_t>& taken) {
  const std::uint64_t step = std::uint64_t{1} << (log_n + 1);
  const std::uint64_t floor = std::uint64_t{1} << (bits - 1);
  for (std::uint64_t q = (std::uint64_t{1} << bits) - step + 1; q > floor && q > step; q -= step) {
    if (is_prime(q) && std::find(taken.begin(), taken.end(), q) == taken.end()) {
      taken.push_back(q);
      return q;
    }
  }
  throw base::Error(
      base::ErrorCode::kInvalidArgument,
      "no further prime = 1 mod 2N is left of this many bits: " + std::to_string(bits));
}

std::uint64_t primitive_root_of_unity(std::uint64_t q, unsigned log_n) {
  const std::uint64_t order = std::uint64_t{1} << (log_n + 1);
  for (std::uint64_t candidate = 2; candidate < q; ++candidate) {
    const std::uint64_t root = power_mod(candidate, (q - 1) / order, q);
    if (power_mod(root, order / 2, q) == q - 1) {
      return root;
    }
  }
  throw base::Error(base::ErrorCode::kInvalidArgument,
                    "modulus must be a prime = 1 mod 2N: " + std::to_string(q));
}

}  // namespace blindfit::ring
