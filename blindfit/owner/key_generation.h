// SPDX-License-Identifier: Apache-2.0
// Evaluation keys from the secret key.
#pragma once

#include "blindfit/owner/secret_key.h"
#include "blindfit/rlwe/encapsulation.h"

namespace blindfit::owner {

/// A key for s^2 -> s up to `level`. `a` is left expanded. Cost: digits * (level + 1 + p_count)
/// NTTs. Throws Error{kLevelMismatch} above max_level().
rlwe::SwitchingKey generate_relinearization_key(const rlwe::Context& context,
                                                const SecretKey& secret, std::size_t level);

/// A key for the automorphism of `element` up to `level`.
rlwe::GaloisKey generate_galois_key(const rlwe::Context& context, const SecretKey& secret,
                                    ring::GaloisElement element, std::size_t level);

/// Draws an ephemeral sparse secret, makes the keys to it (in `tiny`) and from it (in `main`), and
/// wipes it. Throws as rlwe::require_encapsulation, before anything is drawn.
rlwe::EncapsulationKeys generate_encapsulation_keys(const rlwe::Context& main,
                                                    const rlwe::Context& tiny,
                                                    const SecretKey& secret);

}  // namespace blindfit::owner
