// SPDX-License-Identifier: Apache-2.0
// Polynomials in the Chebyshev basis: coefficients stay small there, so fixed-point constants lose
// nothing.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace blindfit::circuits {

/// sum over k of coefficients[k] T_k(y), with T_k(cos t) = cos(k t). The identities hold for every
/// real or complex y; the basis is well conditioned for y in [-1, 1].
struct ChebyshevSeries {
  std::vector<double> coefficients;

  /// Index of the last non-zero coefficient; 0 for a constant.
  [[nodiscard]] std::size_t degree() const noexcept;
  /// True if no T_k with even k >= 2 occurs: an odd function plus a constant.
  [[nodiscard]] bool is_odd_up_to_constant() const noexcept;
};

/// The series whose value at y is the sum of monomials[k] (radius y)^k, so that a polynomial on
/// [-radius, radius] is given in terms of y = x / radius.
ChebyshevSeries chebyshev_from_monomials(std::span<const double> monomials, double radius);

/// The value at `y` by Clenshaw's recurrence: the reference for every other evaluation.
double evaluate(const ChebyshevSeries& series, double y) noexcept;

/// series = quotient * T_index + remainder, degree of the remainder below `index`.
struct ChebyshevDivision {
  ChebyshevSeries quotient;
  ChebyshevSeries remainder;
};
/// Division by T_index, index >= 1, through T_k = 2 T_(k-index) T_index - T_|k - 2 index|. Odd
/// series plus a constant stay so if `index` is even.
ChebyshevDivision divide_by_chebyshev(const ChebyshevSeries& series, std::size_t index);

}  // namespace blindfit::circuits
