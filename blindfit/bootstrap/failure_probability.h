// SPDX-License-Identifier: Apache-2.0
// How likely bootstrapping fails: raising adds a multiple of q_0 beyond the fitted interval, or a
// coefficient of the message leaves the fitted margin.
#pragma once

#include "blindfit/bootstrap/parameters.h"

namespace blindfit::bootstrap {

/// log2 of the probability that a sum of `count` independent uniform numbers on [-1/2, 1/2] exceeds
/// `bound` >= 0 in magnitude: the Irwin-Hall distribution, summed exactly at its end. -infinity
/// where it cannot happen.
double log2_uniform_sum_tail(unsigned count, double bound);

/// log2 of the probability that any coefficient of any of `refreshes` ciphertexts has |I| >
/// interval. c_0 + c_1 s over q_0 is a sum of weight + 1 uniform numbers, and |I| > K needs it
/// beyond K + 1/2 (a margin for messages up to q_0 / 2 in magnitude). With sparse packing the
/// foreign coefficients are projected away first, which needs every one of the N to be no larger.
double log2_interval_failure(const BootstrapParameters& parameters, double refreshes);

/// log2 of the probability that a coefficient of any of `refreshes` messages leaves the margin: a
/// message of magnitude `magnitude` at every slot under independent public random signs
/// (Hoeffding's inequality).
double log2_overflow_failure(const BootstrapParameters& parameters, unsigned log_slots,
                             double magnitude, double refreshes);

}  // namespace blindfit::bootstrap
