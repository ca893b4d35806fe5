// SPDX-License-Identifier: Apache-2.0
// Reduction modulo 1 on slots: x -> x - round(x) near integers, as arcsin(sin(2 pi x)) / (2 pi),
// the sine by a scaled cosine and double angles [han2020better, Sec. 4], the arcsine by its Taylor
// polynomial [lee2021high, Sec. 4; bossuat2022bootstrapping].
#pragma once

#include "blindfit/bootstrap/cosine_fit.h"
#include "blindfit/bootstrap/parameters.h"
#include "blindfit/circuits/polynomial.h"

namespace blindfit::bootstrap {

/// Immutable; thread-safe.
class EvalMod {
 public:
  EvalMod(const CosineProblem& cosine, unsigned arcsine_degree);
  /// The problem of a parameter set.
  explicit EvalMod(const BootstrapLiteral& literal);

  /// Operands hold x / radius().
  [[nodiscard]] double radius() const noexcept { return cosine_.radius(); }
  /// Levels consumed.
  [[nodiscard]] std::size_t depth() const noexcept;
  [[nodiscard]] std::size_t key_switches() const noexcept;

  /// In: degree 1, real slots x / radius() with x within the margin of an integer of magnitude at
  /// most the interval, level >= depth(), a scale near that of the primes, better half a bit above:
  /// the roundings of x and of its square weigh most (note 0008). Out: x - round(x) at exactly the
  /// scale `target`, level - depth(). Cost: key_switches() key switches. Throws as
  /// circuits::evaluate.
  [[nodiscard]] ckks::Ciphertext apply(const ckks::Context& context,
                                       const ckks::EvaluationKeys& keys, const ckks::Ciphertext& ct,
                                       ckks::Scale target) const;

  /// The same polynomials in the clear: what apply gives without noise.
  [[nodiscard]] double evaluate(double x) const;

  /// Rescalings whose roundings reach the result.
  [[nodiscard]] std::size_t roundings() const noexcept;
  /// Mean square, over the integers near which raising puts x, of the derivative of the result with
  /// respect to an error of the operand (radius()^2, about) and of each rounding, added up.
  [[nodiscard]] double noise_gain() const;

 private:
  /// evaluate(x) with `error` added to the result of rescaling number `rounding`, in order; to the
  /// operand x / radius() for the number after the last.
  [[nodiscard]] double perturbed(double x, std::size_t rounding, double error) const;

  CosineProblem cosine_;
  circuits::PolynomialPlan cosine_plan_;
  circuits::PolynomialPlan arcsine_plan_;
};

}  // namespace blindfit::bootstrap
