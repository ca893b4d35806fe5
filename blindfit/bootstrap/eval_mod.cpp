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

/// 2 c^2 - 1: the cosine of the double angle.
Ciphertext doubled(const Context& context, const EvaluationKeys& keys, const Ciphertext& c) {
  Ciphertext square = ckks::multiply(context, c, c);
  ckks::add(context, square, square, square);
  ckks::add_constant(context, -1, square);
  ckks::relinearize_and_rescale(context, keys, square);
  return square;
}

std::size_t steps(const circuits::PolynomialPlan& plan) {
  return plan.basis().size() + plan.nodes().size();
}

/// An error after one of many roundings.
struct Perturbation {
  std::size_t rounding;
  double error;

  [[nodiscard]] double after(std::size_t r) const noexcept { return r == rounding ? error : 0; }
};

/// plan.evaluate(y) with the perturbation, whose roundings are counted from `first`.
double value(const circuits::PolynomialPlan& plan, double y, Perturbation at, std::size_t first) {
  std::vector<double> t(plan.basis().empty() ? 2 : plan.basis().back().index + 1);
  t[0] = 1;
  t[1] = y;
  for (const circuits::BasisStep& step : plan.basis()) {
    t[step.index] =
        2 * t[step.left] * t[step.right] - t[step.left - step.right] + at.after(first++);
  }
  std::vector<double> nodes;
  for (const circuits::PolynomialNode& node : plan.nodes()) {
    double sum = node.constant + at.after(first++);
    for (const auto& term : node.products) {
      sum += nodes[term.node] * t[term.index];
    }
    for (const auto& term : node.linear) {
      sum += term.coefficient * t[term.index];
    }
    nodes.push_back(sum);
  }
  return nodes.back();
}

}  // namespace

EvalMod::EvalMod(const CosineProblem& cosine, unsigned arcsine_degree)
    : cosine_(cosine), cosine_plan_(fit_cosine(cosine)), arcsine_plan_(arcsine(arcsine_degree)) {}

EvalMod::EvalMod(const BootstrapLiteral& literal)
    : EvalMod({literal.interval, std::exp2(-static_cast<double>(literal.log_margin)),
               literal.double_angles, literal.cosine_degree},
              literal.arcsine_degree) {}

std::size_t EvalMod::depth() const noexcept {
  return cosine_plan_.depth() + cosine_.double_angles + arcsine_plan_.depth();
}

std::size_t EvalMod::key_switches() const noexcept {
  return cosine_plan_.key_switches() + cosine_.double_angles + arcsine_plan_.key_switches();
}

Ciphertext EvalMod::apply(const Context& context, const EvaluationKeys& keys, const Ciphertext& ct,
                          Scale target) const {
  // As large as the primes, so that squaring keeps it there.
  const Scale prime{static_cast<double>(context.q(ct.level() - cosine_plan_.depth()))};
  Ciphertext c = circuits::evaluate(context, keys, cosine_plan_, ct, prime);
  for (unsigned k = 0; k < cosine_.double_angles; ++k) {
    c = doubled(context, keys, c);
  }
  return circuits::evaluate(context, keys, arcsine_plan_, c, target);
}

double EvalMod::evaluate(double x) const {
  return perturbed(x, roundings() + 1, 0);
}

std::size_t EvalMod::roundings() const noexcept {
  return steps(cosine_plan_) + cosine_.double_angles + steps(arcsine_plan_);
}

double EvalMod::perturbed(double x, std::size_t rounding, double error) const {
  const Perturbation at{rounding, error};
  double c = value(cosine_plan_, x / radius() + (rounding == roundings() ? error : 0), at, 0);
  std::size_t done = steps(cosine_plan_);
  for (unsigned k = 0; k < cosine_.double_angles; ++k) {
    c = 2 * c * c - 1 + at.after(done++);
  }
  return value(arcsine_plan_, c, at, done);
}

double EvalMod::noise_gain() const {
  constexpr double kStep = 1e-6;
  const double variance = (rlwe::kEncapsulationWeight + 1) / 12.0;
  const auto interval = static_cast<int>(cosine_.interval);
  double sum = 0;
  double weights = 0;
  for (int i = -interval; i <= interval; ++i) {
    const double weight = std::exp(-i * i / (2 * variance));
    weights += weight;
    for (std::size_t rounding = 0; rounding <= roundings(); ++rounding) {
      const double slope =
          (perturbed(i, rounding, kStep) - perturbed(i, rounding, -kStep)) / (2 * kStep);
      sum += weight * slope * slope;
    }
  }
  return sum / weights;
}

}  // namespace blindfit::bootstrap
