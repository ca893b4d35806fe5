// SPDX-License-Identifier: Apache-2.0
// The factor between a message and its integer encoding, tracked exactly.
#pragma once

#include <cmath>

namespace blindfit::rlwe {

/// A positive plaintext multiplier. Products and quotients are exact to double rounding; equality
/// is `matches`.
struct Scale {
  double value = 1;

  [[nodiscard]] double log2() const { return std::log2(value); }
  /// True if both are the same up to accumulated double rounding: 2^-40 is far above the rounding
  /// of any chain of fewer than a thousand products and far below the noise of any ciphertext.
  [[nodiscard]] bool matches(Scale other) const noexcept {
    return std::abs(value - other.value) <= value * 0x1p-40;
  }
  friend Scale operator*(Scale a, Scale b) noexcept { return {a.value * b.value}; }
  friend Scale operator/(Scale a, Scale b) noexcept { return {a.value / b.value}; }
};

}  // namespace blindfit::rlwe
