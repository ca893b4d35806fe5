// SPDX-License-Identifier: Apache-2.0
// What is computed on: plaintext polynomials and ciphertexts, always in the evaluation domain.
#pragma once

#include <cstddef>
#include <vector>

#include "blindfit/base/csprng.h"
#include "blindfit/ring/poly.h"
#include "blindfit/rlwe/scale.h"

namespace blindfit::rlwe {

/// An encoded message: evaluation domain, no special limbs.
struct Plaintext {
  ring::Poly poly;
  Scale scale;

  [[nodiscard]] std::size_t level() const noexcept { return poly.q_limbs() - 1; }
};

/// c_0 + c_1 s + ... + c_d s^d = scale * message + noise mod q_0 ... q_level. Degree 1 after
/// encryption; degree 2 between a product and its relinearization.
struct Ciphertext {
  std::vector<ring::Poly> parts;
  Scale scale;

  [[nodiscard]] std::size_t level() const noexcept { return parts.front().q_limbs() - 1; }
  [[nodiscard]] std::size_t degree() const noexcept { return parts.size() - 1; }
};

/// A fresh secret-key encryption as it travels: c_1 is the expansion of `seed` (half the bytes).
struct SeededCiphertext {
  ring::Poly c0;
  base::Seed seed{};
  Scale scale;
};

}  // namespace blindfit::rlwe
