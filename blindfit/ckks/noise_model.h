// SPDX-License-Identifier: Apache-2.0
// Variances of the errors that encoding, encryption and every operation leave, and the bound that
// the worst slot keeps: derived in docs/notes/0003-noise-model.md.
#pragma once

#include <cstddef>

#include "blindfit/rlwe/parameters.h"
#include "blindfit/rlwe/scale.h"

namespace blindfit::ckks {

/// Default probability that any slot exceeds its bound.
inline constexpr double kNoiseFailure = 0x1p-40;

/// Variances per coefficient of the error polynomial, in units of the integer encoding, for a
/// uniform ternary secret.
class NoiseModel {
 public:
  explicit NoiseModel(const rlwe::Parameters& parameters) : parameters_(parameters) {}

  /// Rounding a plaintext to integers.
  [[nodiscard]] double encoding() const noexcept;
  /// A fresh secret-key encryption, without the encoding's rounding.
  [[nodiscard]] double encryption() const noexcept;
  /// Rescaling a ciphertext of degree 1 or 2: roundings of the components, multiplied by powers of
  /// s. The error of the operand, divided by the prime, is not included.
  [[nodiscard]] double rescaling(std::size_t degree = 1) const noexcept;
  /// One gadget product at `level`, already divided by P.
  [[nodiscard]] double gadget_product(std::size_t level) const;
  /// The division by P that ends one key switch, or a sum of them.
  [[nodiscard]] double mod_down() const noexcept;
  /// One relinearization, rotation or conjugation: gadget_product + mod_down.
  [[nodiscard]] double key_switch(std::size_t level) const;

  /// Of the complex error at a slot, message units: n variance / scale^2, half in the real and half
  /// in the imaginary part.
  [[nodiscard]] double slot_variance(double coefficient_variance, rlwe::Scale scale) const noexcept;

  /// With probability 1 - failure no real or imaginary part of any slot errs by more than
  /// gaussian_bound (encoding and encryption) or product_bound (anything that multiplies the error
  /// by s or by the error of a key, where slots differ: heavier tails, twice to four times as
  /// wide).
  [[nodiscard]] double gaussian_bound(double slot_variance,
                                      double failure = kNoiseFailure) const noexcept;
  [[nodiscard]] double product_bound(double slot_variance,
                                     double failure = kNoiseFailure) const noexcept;

 private:
  rlwe::Parameters parameters_;
};

/// Slot variance of a product of two messages of at most these magnitudes and slot variances.
double product_variance(double magnitude_a, double variance_a, double magnitude_b,
                        double variance_b) noexcept;

}  // namespace blindfit::ckks
