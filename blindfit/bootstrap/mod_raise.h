// SPDX-License-Identifier: Apache-2.0
// From the lowest level to the highest, at the price of a multiple of q_0
// [cheon2018bootstrapping, Sec. 5.1], which stays small because an ephemeral sparse secret stands
// in for the secret meanwhile [bossuat2022bootstrapping, Alg. 2].
#pragma once

#include "blindfit/ckks/arithmetic.h"
#include "blindfit/rlwe/encapsulation.h"

namespace blindfit::bootstrap {

/// The same polynomial plus q_0 I, modulo all primes, where |I| <= (weight + 1) / 2.
///
/// In: degree 1, level 0. Out: level main.max_level(), the same scale. Adds a key switch over
/// `tiny` (about sqrt(N / 18) a coefficient) and one at the highest level. `tiny` satisfies
/// rlwe::require_encapsulation. Cost: 2 (max_level + 1) NTTs and a key switch at the highest level.
/// Throws Error{kLevelMismatch} above level 0.
ckks::Ciphertext mod_raise(const ckks::Context& main, const ckks::Context& tiny,
                           const rlwe::EncapsulationKeys& keys, const ckks::Ciphertext& ct);

}  // namespace blindfit::bootstrap
