// SPDX-License-Identifier: Apache-2.0
// The powers of a root in the order in which every family's transform needs them. Internal linkage
// throughout.
#pragma once

#include <cstddef>
#include <cstdint>

#include "blindfit/kernels/scalar/word_arithmetic.h"

namespace blindfit::kernels::scalar {
namespace {

inline std::size_t bit_reverse(std::size_t x, unsigned bits) {
  std::size_t reversed = 0;
  for (unsigned bit = 0; bit < bits; ++bit) {
    reversed |= ((x >> bit) & 1) << (bits - 1 - bit);
  }
  return reversed;
}

/// Calls store(node, root^bit_reverse(node)) for every node < N. Node m + i, i < m, is the one
/// factor of block i in the layer that has m blocks.
template <typename Store>
void for_each_twiddle(std::uint64_t root, unsigned log_n, const ModulusConstants& q,
                      const Store& store) {
  std::uint64_t power = 1;
  for (std::size_t i = 0; i < std::size_t{1} << log_n; ++i) {
    store(bit_reverse(i, log_n), power);
    power = multiply_mod(power, root, q);
  }
}

/// N^-1 mod q, for q = 1 mod N.
inline std::uint64_t inverse_of_size(unsigned log_n, const ModulusConstants& q) {
  return q.value - ((q.value - 1) >> log_n);  // N (q - 1) / N = -1
}

inline std::uint64_t inverse_root(std::uint64_t psi, unsigned log_n, const ModulusConstants& q) {
  return power_mod(psi, (std::uint64_t{2} << log_n) - 1, q);
}

}  // namespace
}  // namespace blindfit::kernels::scalar
