// SPDX-License-Identifier: Apache-2.0
// Ciphertexts as bytes: fresh ones with the seed of their uniform half, others with all parts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "blindfit/rlwe/ciphertext.h"
#include "blindfit/rlwe/parameters.h"
#include "blindfit/wire/header.h"

namespace blindfit::wire {

/// Whose a ciphertext is, and which. A key set alone stands for a ciphertext without a role.
struct CiphertextTag {
  CiphertextTag(const KeySetId& keys = {}, const Role& part = {}) : key_set(keys), role(part) {}
  KeySetId key_set;
  Role role;
};

/// Throws Error{kInvalidArgument} if the object does not belong to the parameters.
std::vector<std::uint8_t> save_seeded_ciphertext(const rlwe::Parameters& parameters,
                                                 const CiphertextTag& tag,
                                                 const rlwe::SeededCiphertext& ct);
std::vector<std::uint8_t> save_ciphertext(const rlwe::Parameters& parameters,
                                          const CiphertextTag& tag, const rlwe::Ciphertext& ct);

/// Conform on success: level and degree in range, scale finite in [1, 2^120], residues below their
/// primes, parameters and tag the expected ones. Errors: as open_object and check_identity;
/// kMalformed or kTooLarge naming the field. Cost: one hash and one unpacking pass; peak memory is
/// the input and the result.
base::Result<rlwe::SeededCiphertext> load_seeded_ciphertext(std::span<const std::uint8_t> bytes,
                                                            const rlwe::Parameters& parameters,
                                                            const CiphertextTag& tag,
                                                            const Limits& limits = {});
base::Result<rlwe::Ciphertext> load_ciphertext(std::span<const std::uint8_t> bytes,
                                               const rlwe::Parameters& parameters,
                                               const CiphertextTag& tag, const Limits& limits = {});

}  // namespace blindfit::wire
