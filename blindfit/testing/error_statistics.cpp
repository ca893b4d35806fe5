// SPDX-License-Identifier: Apache-2.0
#include "blindfit/testing/error_statistics.h"

#include <algorithm>
#include <cmath>

#include "blindfit/ring/modular_arithmetic.h"

namespace blindfit::testing {
namespace {

/// The centred value of (x0 mod q0, x1 mod q1) by Garner's formula.
double combine(std::uint64_t x0, std::uint64_t x1, std::uint64_t q0, std::uint64_t q1) {
  const std::uint64_t difference = ring::add_mod(x1, q1 - x0 % q1, q1);
  const std::uint64_t high = ring::multiply_mod(difference, ring::inverse_mod(q0 % q1, q1), q1);
  const ring::i128 value = static_cast<ring::i128>(high) * q0 + x0;
  const ring::i128 modulus = static_cast<ring::i128>(q0) * q1;
  return static_cast<double>(value > modulus / 2 ? value - modulus : value);
}

}  // namespace

std::vector<double> centred_coefficients(const rlwe::Context& context, const ring::Poly& poly) {
  ring::Poly low = poly;
  low.keep_q_limbs(std::min<std::size_t>(2, poly.q_limbs()));
  ring::to_coefficient(context.ring(), low);
  std::vector<double> result(low.n());
  for (std::size_t k = 0; k < result.size(); ++k) {
    result[k] = low.q_limbs() == 1
                    ? static_cast<double>(ring::centred(low.limb(0)[k], context.q(0)))
                    : combine(low.limb(0)[k], low.limb(1)[k], context.q(0), context.q(1));
  }
  return result;
}

void Moments::add(std::span<const double> samples) {
  for (const double x : samples) {
    sum_ += x;
    squares_ += x * x;
  }
  count_ += samples.size();
}

double Moments::mean() const noexcept {
  return sum_ / static_cast<double>(count_);
}
double Moments::variance() const noexcept {
  return squares_ / static_cast<double>(count_);
}

bool within_a_sixteenth(double measured, double predicted) noexcept {
  return std::abs(measured - predicted) <= predicted / 16;
}

}  // namespace blindfit::testing
