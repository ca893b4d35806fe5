// SPDX-License-Identifier: Apache-2.0
// Arithmetic modulo one word-sized prime, for tables and set-up; bulk work goes through the
// kernels.
#pragma once

#include <cstdint>
#include <vector>

namespace blindfit::ring {

__extension__ typedef unsigned __int128 u128;
__extension__ typedef __int128 i128;

/// a * b mod q for q < 2^63.
constexpr std::uint64_t multiply_mod(std::uint64_t a, std::uint64_t b, std::uint64_t q) noexcept {
  return static_cast<std::uint64_t>(static_cast<u128>(a) * b % q);
}
constexpr std::uint64_t add_mod(std::uint64_t a, std::uint64_t b, std::uint64_t q) noexcept {
  return a + b >= q ? a + b - q : a + b;
}
/// base^exponent mod q.
std::uint64_t power_mod(std::uint64_t base, std::uint64_t exponent, std::uint64_t q) noexcept;
/// a^-1 mod q for prime q and a != 0 mod q.
std::uint64_t inverse_mod(std::uint64_t a, std::uint64_t q) noexcept;
/// The residue in [0, q) of a signed value.
constexpr std::uint64_t reduce_signed(i128 value, std::uint64_t q) noexcept {
  const i128 r = value % static_cast<i128>(q);
  return static_cast<std::uint64_t>(r < 0 ? r + static_cast<i128>(q) : r);
}
/// The representative of x mod q in (-q/2, q/2].
constexpr std::int64_t centred(std::uint64_t x, std::uint64_t q) noexcept {
  return x > q / 2 ? static_cast<std::int64_t>(x) - static_cast<std::int64_t>(q)
                   : static_cast<std::int64_t>(x);
}

/// Deterministic Miller-Rabin for all 64-bit integers.
bool is_prime(std::uint64_t x) noexcept;

/// Primes below 2^bits that are 1 mod 2^(log_n + 1), largest first, skipping those in `taken`; one
/// is appended to `taken` and returned. Throws Error{kInvalidArgument} when none of exactly `bits`
/// bits is left.
std::uint64_t take_ntt_prime(unsigned bits, unsigned log_n, std::vector<std::uint64_t>& taken);

/// The smallest primitive 2^(log_n + 1)-th root of unity mod q that is a power of a small generator
/// candidate; deterministic, so that every implementation of docs/format.md finds the same one.
std::uint64_t primitive_root_of_unity(std::uint64_t q, unsigned log_n);

}  // namespace blindfit::ring
