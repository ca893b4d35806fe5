// SPDX-License-Identifier: Apache-2.0
// A polynomial for the cosine that is good where arguments are: near the integers
// [han2020better, Sec. 4], and best near those that occur most (note 0008).
#pragma once

#include "blindfit/circuits/chebyshev.h"

namespace blindfit::bootstrap {

/// cos(2 pi (x - 1/4 + quarter_period()) / 2^double_angles) for x within `margin` of an integer of
/// magnitude at most `interval`. The shift is a whole number, so it vanishes with the double
/// angles; it puts the steepest part of the cosine at the integers that occur most, where an error
/// costs least.
struct CosineProblem {
  unsigned interval = 14;
  double margin = 1.0 / 32;
  unsigned double_angles = 3;
  unsigned degree = 30;

  /// Largest magnitude of x: the fit is in y = x / radius().
  [[nodiscard]] double radius() const noexcept { return interval + margin; }
  /// 2^(double_angles - 2), zero for fewer than two.
  [[nodiscard]] unsigned quarter_period() const noexcept {
    return double_angles < 2 ? 0 : 1U << (double_angles - 2);
  }
  /// The angle at `x`.
  [[nodiscard]] long double angle(long double x) const noexcept;
};

/// The series in y: least squares over the neighbourhoods of the integers, each weighted with the
/// probability of its integer but at least 2^-20.
circuits::ChebyshevSeries fit_cosine(const CosineProblem& problem);

}  // namespace blindfit::bootstrap
