// SPDX-License-Identifier: Apache-2.0
// Error polynomials as numbers, and their moments.
#pragma once

#include <span>
#include <vector>

#include "blindfit/rlwe/ciphertext.h"
#include "blindfit/rlwe/context.h"

namespace blindfit::testing {

/// The coefficients, centred modulo q_0 q_1 (q_0 at level 0). In: evaluation domain.
std::vector<double> centred_coefficients(const rlwe::Context& context, const ring::Poly& poly);

/// Collects samples and answers with their moments.
class Moments {
 public:
  void add(std::span<const double> samples);

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] double mean() const noexcept;
  /// Mean of the squares: the errors that are measured have mean 0.
  [[nodiscard]] double variance() const noexcept;

 private:
  std::size_t count_ = 0;
  double sum_ = 0;
  double squares_ = 0;
};

/// True if `measured` is within 1/16 of `predicted`: what tests of noise formulas ask for.
bool within_a_sixteenth(double measured, double predicted) noexcept;

}  // namespace blindfit::testing
