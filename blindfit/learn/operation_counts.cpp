// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/operation_counts.h"

namespace blindfit::learn {

OperationCounts& operator+=(OperationCounts& sum, const OperationCounts& term) noexcept {
  sum.ntt_limbs += term.ntt_limbs;
  sum.multiply_limbs += term.multiply_limbs;
  sum.encodes += term.encodes;
  sum.key_switches += term.key_switches;
  sum.refreshes += term.refreshes;
  return sum;
}

void count_decomposition(const rlwe::Parameters& parameters, std::size_t level,
                         OperationCounts& counts) {
  const std::size_t limbs = level + 1 + parameters.p_primes().size();
  counts.ntt_limbs += static_cast<double>(parameters.digits(level) * limbs);
  counts.multiply_limbs += static_cast<double>((level + 1) * limbs) / 2;
}

void count_gadget_product(const rlwe::Parameters& parameters, std::size_t level,
                          OperationCounts& counts) {
  const std::size_t limbs = level + 1 + parameters.p_primes().size();
  counts.multiply_limbs += 2.0 * static_cast<double>(parameters.digits(level) * limbs);
  ++counts.key_switches;
}

void count_mod_down(const rlwe::Parameters& parameters, std::size_t level,
                    OperationCounts& counts) {
  const std::size_t p = parameters.p_primes().size();
  counts.ntt_limbs += 2.0 * static_cast<double>(level + 1 + p);
  counts.multiply_limbs += static_cast<double>((level + 1) * p);
}

void count_key_switch(const rlwe::Parameters& parameters, std::size_t level,
                      OperationCounts& counts) {
  count_decomposition(parameters, level, counts);
  count_gadget_product(parameters, level, counts);
  count_mod_down(parameters, level, counts);
}

}  // namespace blindfit::learn
