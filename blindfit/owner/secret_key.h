// SPDX-License-Identifier: Apache-2.0
// The secret key. Nothing outside this layer, the owner's files and the owner's program may name
// it.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "blindfit/base/secret.h"
#include "blindfit/ring/poly.h"
#include "blindfit/rlwe/context.h"

namespace blindfit::owner {

/// A polynomial computed from a secret. Wiped when destroyed; moves leave nothing behind.
struct SecretPoly {
  ring::Poly values;

  SecretPoly() = default;
  explicit SecretPoly(ring::Poly&& poly) noexcept : values(std::move(poly)) {}
  SecretPoly(SecretPoly&&) noexcept = default;
  SecretPoly& operator=(SecretPoly&&) = delete;
  SecretPoly(const SecretPoly&) = delete;
  SecretPoly& operator=(const SecretPoly&) = delete;
  ~SecretPoly();
};

/// A uniform ternary polynomial. Wiped when destroyed; moves leave nothing behind; never printed,
/// never copied.
class SecretKey {
 public:
  /// `coefficients`: n() values in {-1, 0, 1}. Throws Error{kInvalidArgument} otherwise.
  SecretKey(const rlwe::Context& context, std::vector<std::int8_t> coefficients);

  [[nodiscard]] const std::vector<std::int8_t>& coefficients() const noexcept {
    return coefficients_.expose();
  }
  /// s over all q and p primes, evaluation domain.
  [[nodiscard]] const ring::Poly& values() const noexcept { return values_.values; }

 private:
  base::Secret<std::vector<std::int8_t>> coefficients_;
  SecretPoly values_;
};

/// Draws a key from the operating system's generator: independent uniform ternary coefficients.
SecretKey generate_secret_key(const rlwe::Context& context);

}  // namespace blindfit::owner
