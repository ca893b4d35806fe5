// SPDX-License-Identifier: Apache-2.0
// How precise a refresh is: the roundings that count, each times what later steps make of it;
// derived in docs/notes/0008-bootstrapping.md.
#pragma once

#include "blindfit/bootstrap/parameters.h"
#include "blindfit/rlwe/scale.h"

namespace blindfit::bootstrap {

/// Variances of the complex error at a slot of a refreshed message, in message units; half of each
/// in the real and half in the imaginary part.
struct RefreshVariance {
  double eval_mod;         ///< roundings of eval_mod and of its operand: normal, as sums over slots
  double arcsine;          ///< what the arcsine's Taylor polynomial leaves
  double slots_to_coeffs;  ///< roundings at the scale of the result, and of the signs

  [[nodiscard]] double total() const noexcept { return eval_mod + arcsine + slots_to_coeffs; }
};

/// For messages with mean |z|^2 = `power` over the slots under public random signs.
RefreshVariance refresh_variance(const BootstrapParameters& parameters, unsigned log_slots,
                                 double power, rlwe::Scale output_scale);

}  // namespace blindfit::bootstrap
