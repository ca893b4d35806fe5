// SPDX-License-Identifier: Apache-2.0
// Which evaluation keys a job needs, and up to which level.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include "blindfit/bootstrap/parameters.h"
#include "blindfit/ring/automorphism.h"

namespace blindfit::learn {

/// Evaluation keys, each with the highest level at which it is used.
struct KeyRequirements {
  std::optional<std::size_t> relinearization;
  std::map<ring::GaloisElement, std::size_t> galois;  ///< rotations and conjugation
  bool encapsulation = false;                         ///< to the sparse secret and back

  [[nodiscard]] std::size_t count() const noexcept {
    return galois.size() + (relinearization ? 1 : 0) + (encapsulation ? 2 : 0);
  }
};

/// True if `have` reaches every key of `need`, up to its level.
bool covers(const KeyRequirements& have, const KeyRequirements& need);

/// Bits of the primes q_0 .. q_level together.
double chain_bits(const rlwe::ParametersLiteral& literal, std::size_t level);

/// What keys take, in bytes.
struct KeyBytes {
  double file = 0;      ///< one half seeded, residues packed
  double resident = 0;  ///< expanded
};
/// Of one key up to `level`.
KeyBytes key_bytes(const rlwe::Parameters& parameters, std::size_t level);
/// Of all of `keys`, but those of the encapsulation.
KeyBytes key_bytes(const rlwe::Parameters& parameters, const KeyRequirements& keys);

/// Those of refreshes of 2^log_slots complex slots.
KeyRequirements refresh_keys(const bootstrap::BootstrapParameters& parameters, unsigned log_slots);

}  // namespace blindfit::learn
