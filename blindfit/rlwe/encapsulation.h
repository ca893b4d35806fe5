// SPDX-License-Identifier: Apache-2.0
// Sparse-secret encapsulation [bossuat2022bootstrapping, Sec. 3]: the secret stays dense, and an
// ephemeral sparse one appears at the lowest modulus only, where it keeps the raised ciphertext's
// multiples of q_0 few.
#pragma once

#include "blindfit/rlwe/switching_key.h"

namespace blindfit::rlwe {

/// Non-zero coefficients of the ephemeral secret.
inline constexpr unsigned kEncapsulationWeight = 32;
/// Largest log2(q_0 p) under which a key may be encrypted under such a secret, for N = 2^16; there
/// is no estimate for smaller rings here, and parameters that can be made outside tests have none.
inline constexpr double kMaxEncapsulationLogQp = 110;

/// Both directions. The sparse secret itself is forgotten when they have been made.
struct EncapsulationKeys {
  /// From the secret to the sparse one, over q_0 and one special prime: a key of its own, tiny
  /// context.
  SwitchingKey to_sparse;
  /// From the sparse secret back, over the whole chain; encrypted under the dense secret.
  SwitchingKey from_sparse;
};

/// Throws Error{kInsecureParameters} unless `tiny` has a single q-prime, which is q_0 of `main`, a
/// ring of the same degree and log2(q_0 p) <= kMaxEncapsulationLogQp.
void require_encapsulation(const Parameters& main, const Parameters& tiny);

}  // namespace blindfit::rlwe
