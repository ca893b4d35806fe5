// SPDX-License-Identifier: Apache-2.0
// The work of homomorphic operations in units that a machine can measure.
#pragma once

#include <cstddef>

#include "blindfit/rlwe/parameters.h"

namespace blindfit::learn {

/// One limb is N words.
struct LimbCounts {
  double ntt = 0;       ///< transforms of one limb, either way
  double multiply = 0;  ///< multiply-accumulates of one limb
};

struct OperationCounts {
  LimbCounts switching;  ///< inside key switches, whose rows stay in caches
  LimbCounts streaming;  ///< whole ciphertexts, from memory and back
  double encodes = 0;    ///< embeddings of a mask
  std::size_t key_switches = 0;
  std::size_t refreshes = 0;
};

OperationCounts& operator+=(OperationCounts& sum, const OperationCounts& term) noexcept;

/// The parts of a key switch at `level`.
void count_decomposition(const rlwe::Parameters& parameters, std::size_t level,
                         OperationCounts& counts);
void count_gadget_product(const rlwe::Parameters& parameters, std::size_t level,
                          OperationCounts& counts);
/// Of both components.
void count_mod_down(const rlwe::Parameters& parameters, std::size_t level, OperationCounts& counts);
/// All three.
void count_key_switch(const rlwe::Parameters& parameters, std::size_t level,
                      OperationCounts& counts);

}  // namespace blindfit::learn
