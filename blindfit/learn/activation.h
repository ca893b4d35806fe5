// SPDX-License-Identifier: Apache-2.0
// Polynomials that stand in for the sigmoid on encrypted logits: 1/2 plus an odd part, so that the
// first gradient from W = 0 needs no activation at all.
#pragma once

#include <vector>

#include "blindfit/base/error.h"
#include "blindfit/circuits/chebyshev.h"

namespace blindfit::learn {

/// 1 / (1 + e^-z), without overflow.
[[nodiscard]] double sigmoid(double z) noexcept;

/// Widens [-R, R] to [-R ratio^steps, R ratio^steps] by z <- z - (4/27) z^3 / R_k^2 with
/// R_k = R ratio^k, applied from k = steps - 1 down to 0 (Cheon, Kim, Park 2022). For ratios up to
/// 1.5 each map is increasing and sends [-ratio R_k, ratio R_k] into [-R_k, R_k]. Two levels each.
struct DomainExtension {
  double ratio = 1.5;
  int steps = 0;

  /// The widest |z| that ends up in [-radius, radius].
  [[nodiscard]] double widest(double radius) const noexcept;
  /// The radii R_k in the order of application, widest first.
  [[nodiscard]] std::vector<double> radii(double radius) const;
  /// Where z ends up.
  [[nodiscard]] double apply(double radius, double z) const noexcept;

  bool operator==(const DomainExtension&) const = default;
};

/// The sigmoid is approximated by 1/2 + odd(extension(z) / radius) for |z| <= domain(). A plain
/// value; `conforming` checks one that was stored.
struct Activation {
  circuits::ChebyshevSeries odd{{0, 1}};  ///< in y = z / radius; even coefficients are zero
  double radius = 1;
  DomainExtension extension;

  [[nodiscard]] int degree() const noexcept { return static_cast<int>(odd.degree()); }
  [[nodiscard]] double domain() const noexcept { return extension.widest(radius); }
  /// Levels between a logit and the rescaled value: ceil(log2(degree + 1)) and two an extension
  /// step.
  [[nodiscard]] int depth() const noexcept;
  /// The approximation minus 1/2, for every real z.
  [[nodiscard]] double odd_part(double z) const noexcept;
  [[nodiscard]] double operator()(double z) const noexcept { return 0.5 + odd_part(z); }
  /// Largest |1/2 + odd - sigmoid| over 20,001 points that cover the domain evenly.
  [[nodiscard]] double max_error() const;
  /// True if the polynomial runs to the wrong side far outside its interval: a training run whose
  /// logits leave the domain then diverges instead of being pushed back. Fits of degree 3, 7 and 11
  /// do, of degree 5, 9 and 13 do not.
  [[nodiscard]] bool turns_back() const noexcept;
  /// Coefficients of z, z^3, z^5, ... of the polynomial before any extension.
  [[nodiscard]] std::vector<double> monomials() const;
};

/// The cubic of the paper on [-8, 8]: 0.5 + 0.10679534503216294 z - 0.00038503259805075 z^3. Its
/// recipe is unknown (paper.md 2.4): these are the only constants that are taken as given. It is a
/// poor sigmoid (maximum error 0.170) and is here to reproduce the paper.
[[nodiscard]] Activation paper_cubic();

enum class FitMethod {
  kLeastSquares,  ///< weighted, on 4,096 points of the domain
  kMinimax,       ///< Remez exchange, smallest maximum error up to one part in 10^5
};

struct ActivationFit {
  int degree = 9;  ///< odd, 1 to 63
  double radius = 8;
  DomainExtension extension;
  FitMethod method = FitMethod::kLeastSquares;
  /// Least squares weighs a logit z by exp(-z^2 / (2 w^2)), w = bell_width; 0 weighs all alike.
  double bell_width = 0;
};

/// Fits the odd part in the Chebyshev basis over the whole extended domain. Errors:
/// kInvalidArgument for a degree that is even or out of range, a radius outside (0, 1000], a ratio
/// outside (1, 1.5], steps outside [0, 8] or a negative width.
base::Result<Activation> fit_activation(const ActivationFit& fit);

/// Checks radius, extension and coefficients (finite, odd, degree 1 to 127). Errors: kMalformed.
base::Result<Activation> conforming(Activation activation);

}  // namespace blindfit::learn
