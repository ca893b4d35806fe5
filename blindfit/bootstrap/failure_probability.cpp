// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/failure_probability.h"

#include <cmath>
#include <limits>

namespace blindfit::bootstrap {

// With y = count / 2 - bound, the lower tail of the sum on [0, 1]^count is
// (1 / count!) sum over k <= y of (-1)^k binomial(count, k) (y - k)^count. Its terms alternate; in
// long double the sum is right to 2^-40 of its largest term, which the result exceeds for y up to
// count / 3, and less accurate towards the middle, where nobody needs it.
double log2_uniform_sum_tail(unsigned count, double bound) {
  const long double y = 0.5L * count - static_cast<long double>(bound);
  if (y <= 0) {
    return -std::numeric_limits<double>::infinity();
  }
  long double sum = 0;
  for (unsigned k = 0; k <= count && y - k > 0; ++k) {
    const long double log_term =
        count * std::log(y - k) - std::lgamma(k + 1.0L) - std::lgamma(count - k + 1.0L);
    sum += (k % 2 == 0 ? 1 : -1) * std::exp(log_term);
  }
  return 1 + static_cast<double>(std::log2(sum));
}

double log2_interval_failure(const BootstrapParameters& parameters, double refreshes) {
  const double tail =
      log2_uniform_sum_tail(rlwe::kEncapsulationWeight + 1, parameters.literal().interval + 0.5);
  return tail + parameters.literal().log_n + std::log2(refreshes);
}

// A coefficient of the message over q_0 is (1 / s) sum_j sign_j Re(z_j w_j) / ratio with |w_j| = 1
// over s slots (both real coefficients of w_k): its squares of bounds sum to magnitude^2 / (s
// ratio^2).
double log2_overflow_failure(const BootstrapParameters& parameters, unsigned log_slots,
                             double magnitude, double refreshes) {
  const double slots = std::exp2(log_slots);
  const double margin = std::exp2(-static_cast<double>(parameters.literal().log_margin));
  const double ratio = parameters.message_ratio(log_slots);
  const double exponent = std::pow(margin * ratio / magnitude, 2) * slots / 2;
  return 1 - exponent / std::log(2.0) + std::log2(2 * slots) + std::log2(refreshes);
}

}  // namespace blindfit::bootstrap
