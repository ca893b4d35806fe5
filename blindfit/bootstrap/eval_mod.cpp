// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/eval_mod.h"

#include <array>
#include <cmath>
#include <numbers>

namespace blindfit::bootstrap {
namespace {

using ckks::Ciphertext;
using ckks::Context;
using ckks::EvaluationKeys;
using ckks::Scale;

/// arcsin(s) / (2 pi) up to s^degree.
circuits::ChebyshevSeries arcsine(unsigned degree) {
  constexpr std::array<double, 4> kTaylor = {1, 1.0 / 6, 3.0 / 40, 15.0 / 336};
  std::vector<double> monomials(degree + 1);
  for (unsigned k = 1; k <= degree; k += 2) {
    monomials[k] = kTaylor[k / 2] / (2 * std::numbers::pi);
  }
  return circuits::chebyshev_from_monomials(monomials, 1);
}

/// 2 c^2 - 1: a double angle, or T_2.
Ciphertext doubled(const Context& context, const EvaluationKeys& keys, const Ciphertext& c) {
  Ciphertext square = ckks::multiply(context, c, c);
  ckks::add(context, square, square, square);
  ckks::add_constant(context, -1, square);
  ckks::relinearize(context, keys, square);
  ckks::rescale(context, square);
  return square;
}

}  // namespace

EvalMod::EvalMod(const CosineProblem& cosine, unsigned arcsine_degree)
    : cosine_(cosine), cosine_plan_(fit_cosine(cosine)), arcsine_plan_(arcsine(arcsine_degree)) {}

EvalMod::EvalMod(const BootstrapLiteral& literal)
    : EvalMod({literal.interval, std::exp2(-static_cast<double>(literal.log_margin)),
               literal.double_angles, literal.cosine_degree},
              literal.arcsine_degree) {}

std::size_t EvalMod::depth() const noexcept {
  return 1 + cosine_plan_.depth() + cosine_.double_angles + arcsine_plan_.depth();
}

std::size_t EvalMod::key_switches() const noexcept {
  return 1 + cosine_plan_.key_switches() + cosine_.double_angles + arcsine_plan_.key_switches();
}

Ciphertext EvalMod::apply(const Context& context, const EvaluationKeys& keys, const Ciphertext& ct,
                          Scale target) const {
  Ciphertext y = ct;
  ckks::add_constant(context, -0.25 / radius(), y);
  const Ciphertext u = doubled(context, keys, y);
  // Near the primes, so that squaring keeps it there.
  Ciphertext c = circuits::evaluate(context, keys, cosine_plan_, u, u.scale);
  for (unsigned k = 0; k < cosine_.double_angles; ++k) {
    c = doubled(context, keys, c);
  }
  return circuits::evaluate(context, keys, arcsine_plan_, c, target);
}

double EvalMod::evaluate(double x) const {
  const double y = (x - 0.25) / radius();
  double c = cosine_plan_.evaluate(2 * y * y - 1);
  for (unsigned k = 0; k < cosine_.double_angles; ++k) {
    c = 2 * c * c - 1;
  }
  return arcsine_plan_.evaluate(c);
}

}  // namespace blindfit::bootstrap
