// SPDX-License-Identifier: Apache-2.0
// The 128-bit cap on log2(QP): Bossuat et al., "Security Guidelines for Implementing Homomorphic
// Encryption", eprint 2024/463, table 5.2 (classical, uniform ternary secret, sigma 3.2).
#pragma once

#include <array>
#include <cstddef>

namespace blindfit::rlwe {

inline constexpr unsigned kMinLogN = 10;
inline constexpr unsigned kMaxLogN = 17;
/// Standard deviation of every error polynomial.
inline constexpr double kErrorSigma = 3.2;

/// Largest log2(QP) at 128 bits for a ring of degree 2^log_n; 0 outside [kMinLogN, kMaxLogN]. The
/// two smallest rings are not in the table: their entries are a half and a quarter of the entry of
/// 2^12, rounded down, which is on the safe side because the cap grows slightly faster than N.
constexpr double max_log_qp(unsigned log_n) noexcept {
  constexpr std::array<double, 8> kCaps = {26, 53, 106, 214, 430, 868, 1747, 3523};
  return log_n < kMinLogN || log_n > kMaxLogN ? 0 : kCaps[log_n - kMinLogN];
}

}  // namespace blindfit::rlwe
