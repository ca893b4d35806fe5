// SPDX-License-Identifier: Apache-2.0
// Evaluation of polynomials on ciphertexts after a plan; the algebra is explained there.
#pragma once

#include "blindfit/circuits/polynomial_plan.h"
#include "blindfit/ckks/rotate.h"

namespace blindfit::circuits {

/// The plan's series at every slot of `y`, at exactly the scale `target`.
///
/// In: degree 1, slots y_j (see below for ranges), level >= depth, a scale near that of the primes.
/// Out: degree 1, level(y) - depth. Cost: plan.key_switches() key switches and as many rescalings
/// as basis steps and nodes. Throws as plan_scales, and Error{kKeyMissing}, before any work is
/// done. Thread-safe.
///
/// Range: the series is in y, so a polynomial on [-R, R] is given in y = x / R. No level need be
/// spent on the division: fold 1/R into the product that yields x, or only relabel the ciphertext
/// (`scale = scale * R` turns x into x / R), which needs R times the head room in every T_k.
ckks::Ciphertext evaluate(const ckks::Context& context, const ckks::EvaluationKeys& keys,
                          const PolynomialPlan& plan, const ckks::Ciphertext& y,
                          ckks::Scale target);

/// The same without the last relinearization and rescaling, so that several results can be added
/// first: level(y) - depth + 1, scale target * q of that level, degree 2 (1 if the plan has no
/// product at its root). relinearize and rescale then give what evaluate gives.
ckks::Ciphertext evaluate_lazy(const ckks::Context& context, const ckks::EvaluationKeys& keys,
                               const PolynomialPlan& plan, const ckks::Ciphertext& y,
                               ckks::Scale target);

}  // namespace blindfit::circuits
