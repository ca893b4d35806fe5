// SPDX-License-Identifier: Apache-2.0
// Operations with key switching: relinearization, rotation, conjugation, and sums of rotations that
// share the expensive steps [halevi2018faster: hoisting; bossuat2021efficient: one mod_down for a
// sum].
#pragma once

#include <span>

#include "blindfit/ckks/arithmetic.h"
#include "blindfit/rlwe/switching_key.h"

namespace blindfit::ckks {

using rlwe::EvaluationKeys;

/// A cyclic rotation by `value` slots to the left; negative values rotate right.
struct Steps {
  std::int64_t value = 0;
  auto operator<=>(const Steps&) const = default;
};
/// 5^steps mod 2N.
ring::GaloisElement galois_element(Steps steps, unsigned log_n);
/// 2N - 1: complex conjugation of every slot.
ring::GaloisElement conjugation_element(unsigned log_n);

/// From degree 2 to degree 1 at the same level and scale. Degree 1 passes unchanged. Cost: one key
/// switch. Throws Error{kKeyMissing}.
void relinearize(const Context& context, const EvaluationKeys& keys, Ciphertext& ct);

/// The same and a rescaling, in one division: level l -> l - 1, scale -> scale / q_l. Cheaper than
/// one after the other by 2 (l + 1) NTTs, and one rounding less. Degree 1 is rescaled. Throws
/// Error{kKeyMissing, kLevelExhausted}; `ct` is unchanged then.
void relinearize_and_rescale(const Context& context, const EvaluationKeys& keys, Ciphertext& ct);

/// out slot j = ct slot j + steps. Degree 1, level and scale stay. Cost: one key switch (none for 0
/// steps).
void rotate(const Context& context, const EvaluationKeys& keys, const Ciphertext& ct, Steps steps,
            Ciphertext& out);
void conjugate(const Context& context, const EvaluationKeys& keys, const Ciphertext& ct,
               Ciphertext& out);

/// One ciphertext per entry of `steps`. Cost: one decomposition, then one gadget product and
/// mod_down each.
std::vector<Ciphertext> rotate_hoisted(const Context& context, const EvaluationKeys& keys,
                                       const Ciphertext& ct, std::span<const Steps> steps);

/// The sum over `steps` of the rotations of `ct`. Cost: one decomposition, one gadget product per
/// non-zero step, and a single mod_down, whose rounding noise therefore enters once. Throws
/// Error{kInvalidArgument} if there are no steps, Error{kKeyMissing}.
void sum_of_rotations(const Context& context, const EvaluationKeys& keys, const Ciphertext& ct,
                      std::span<const Steps> steps, Ciphertext& out);

}  // namespace blindfit::ckks
