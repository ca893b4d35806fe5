// SPDX-License-Identifier: Apache-2.0
// Evaluation keys from the secret key.
#pragma once

#include "blindfit/owner/secret_key.h"
#include "blindfit/rlwe/switching_key.h"

namespace blindfit::owner {

/// A key for s^2 -> s up to `level`. `a` is left expanded. Cost: digits * (level + 1 + p_count)
/// NTTs. Throws Error{kLevelMismatch} above max_level().
rlwe::SwitchingKey generate_relinearization_key(const rlwe::Context& context,
                                                const SecretKey& secret, std::size_t level);

/// A key for the automorphism of `element` up to `level`.
rlwe::GaloisKey generate_galois_key(const rlwe::Context& context, const SecretKey& secret,
                                    ring::GaloisElement element, std::size_t level);

}  // namespace blindfit::owner
