// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/operation_counts.h"

namespace blindfit::learn {

namespace {

void add(const LimbCounts& term, LimbCounts& sum) noexcept {
  sum.ntt += term.ntt;
  sum.multiply += term.multiply;
}

}  // namespace

OperationCounts& operator+=(OperationCounts& sum, const OperationCounts& term) noexcept {
  add(term.switching, sum.switching);
  add(term.streaming, sum.streaming);
  sum.encodes += term.encodes;
  sum.key_switches += term.key_switches;
  sum.refreshes += term.refreshes;
  return sum;
}

void count_decomposition(const rlwe::Parameters& parameters, std::size_t level,
                         OperationCounts& counts) {
  const std::size_t limbs = level + 1 + parameters.p_primes().size();
  counts.switching.ntt += static_cast<double>(parameters.digits(level) * limbs);
  counts.switching.multiply += static_cast<double>((level + 1) * limbs) / 2;
}

void count_gadget_product(const rlwe::Parameters& parameters, std::size_t level,
                          OperationCounts& counts) {
  const std::size_t limbs = level + 1 + parameters.p_primes().size();
  counts.switching.multiply += 2.0 * static_cast<double>(parameters.digits(level) * limbs);
  ++counts.key_switches;
}

void count_mod_down(const rlwe::Parameters& parameters, std::size_t level,
                    OperationCounts& counts) {
  const std::size_t p = parameters.p_primes().size();
  counts.switching.ntt += 2.0 * static_cast<double>(level + 1 + p);
  counts.switching.multiply += static_cast<double>((level + 1) * p);
}

void count_key_switch(const rlwe::Parameters& parameters, std::size_t level,
                      OperationCounts& counts) {
  count_decomposition(parameters, level, counts);
  count_gadget_product(parameters, level, counts);
  count_mod_down(parameters, level, counts);
}

}  // namespace blindfit::learn
