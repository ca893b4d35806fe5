// SPDX-License-Identifier: Apache-2.0
// The secret key. Nothing outside this layer, the owner's files and the owner's program may name
// it.
#pragma once

#include <cstdint>
#include <vector>

#include "blindfit/ring/poly.h"
#include "blindfit/rlwe/context.h"

namespace blindfit::owner {

/// A uniform ternary polynomial. Wiped when destroyed; moves leave nothing behind; never printed,
/// never copied.
class SecretKey {
 public:
  /// `coefficients`: n() values in {-1, 0, 1}. Throws Error{kInvalidArgument} otherwise.
  SecretKey(const rlwe::Context& context, std::vector<std::int8_t> coefficients);
  ~SecretKey();
  SecretKey(SecretKey&&) noexcept = default;
  SecretKey& operator=(SecretKey&&) = delete;
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;

  [[nodiscard]] const std::vector<std::int8_t>& coefficients() const noexcept {
    return coefficients_;
  }
  /// s over all q and p primes, evaluation domain.
  [[nodiscard]] const ring::Poly& values() const noexcept { return values_; }

 private:
  std::vector<std::int8_t> coefficients_;
  ring::Poly values_;
};

/// Draws a key from the operating system's generator: independent uniform ternary coefficients.
SecretKey generate_secret_key(const rlwe::Context& context);

}  // namespace blindfit::owner
