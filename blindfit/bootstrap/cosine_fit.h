// SPDX-License-Identifier: Apache-2.0
// A polynomial for the cosine that is good where arguments are: near the integers
// [han2020better, Sec. 4], and best near those that occur most (note 0008).
#pragma once

#include "blindfit/circuits/chebyshev.h"

namespace blindfit::bootstrap {

/// cos(2 pi (x - 1/4) / 2^double_angles) for x within `margin` of an integer of magnitude at most
/// `interval`.
struct CosineProblem {
  unsigned interval = 14;
  double margin = 1.0 / 32;
  unsigned double_angles = 3;
  unsigned degree = 30;  ///< even

  /// Largest magnitude of x - 1/4 on the domain: the fit is in y = (x - 1/4) / radius().
  [[nodiscard]] double radius() const noexcept { return interval + 0.25 + margin; }
};

/// The series in u = 2 y^2 - 1 (T_k(u) is T_2k(y), and the cosine is even), of degree
/// problem.degree / 2: least squares over the neighbourhoods of the integers, each weighted with
/// the probability of its integer but at least 2^-20.
circuits::ChebyshevSeries fit_cosine(const CosineProblem& problem);

}  // namespace blindfit::bootstrap
