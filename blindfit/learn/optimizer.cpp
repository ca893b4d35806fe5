// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/optimizer.h"

#include <cmath>
#include <numbers>
#include <string>

namespace blindfit::learn {
namespace {

using base::Error;
using base::ErrorCode;

constexpr double kEpsilon = 1e-10;  // the paper's: columns of zeros get a finite B

/// What is left of the step in iteration t of `iterations`.
double remaining(const OptimizerOptions& options, int t, int iterations) {
  const double before = t - 1;
  switch (options.schedule) {
    case StepSchedule::kConstant:
      break;
    case StepSchedule::kInverse:
      return 1 / (1 + options.schedule_rate * before);
    case StepSchedule::kExponential:
      return std::exp(-options.schedule_rate * before);
    case StepSchedule::kCosine:
      return (1 + std::cos(std::numbers::pi * before / iterations)) / 2;
  }
  return 1;
}

double first_rate(const OptimizerOptions& options, double rows, int t) {
  const bool quadratic = options.method == Optimizer::kQuadraticGradientNag;
  if (options.step) {
    return quadratic ? *options.step : *options.step / rows;
  }
  const double gamma = 1.0 / (rows * t);
  return quadratic ? 1.0 + gamma : gamma;
}

Eigen::RowVectorXd invert(const Eigen::RowVectorXd& row_sums, double curvature) {
  return (kEpsilon + curvature * row_sums.array()).inverse();
}

void check(const OptimizerOptions& options, Eigen::Index rows, int iterations) {
  const bool step_ok = !options.step || (*options.step > 0 && std::isfinite(*options.step));
  if (rows < 1 || iterations < 0 || !(options.a0 >= 0) || !std::isfinite(options.a0) || !step_ok) {
    throw Error(ErrorCode::kInvalidArgument,
                "a schedule needs rows >= 1, iterations >= 0, a0 >= 0 and a positive step: " +
                    std::to_string(rows) + ", " + std::to_string(iterations) + ", " +
                    std::to_string(options.a0) + ", " + std::to_string(options.step.value_or(1)));
  }
  if (!(options.weight_decay >= 0 && options.weight_decay < 1)) {
    throw Error(ErrorCode::kInvalidArgument,
                "weight decay must be in [0, 1): " + std::to_string(options.weight_decay));
  }
  if (!(options.schedule_rate >= 0) || !std::isfinite(options.schedule_rate)) {
    throw Error(ErrorCode::kInvalidArgument,
                "a schedule's rate must be at least 0: " + std::to_string(options.schedule_rate));
  }
  if (options.schedule != StepSchedule::kConstant && !options.step) {
    throw Error(ErrorCode::kInvalidArgument,
                "a schedule needs a step to shrink; give one: none, the paper's rates");
  }
}

}  // namespace

std::vector<OptimizerStep> schedule(const OptimizerOptions& options, Eigen::Index rows,
                                    int iterations) {
  check(options, rows, iterations);
  std::vector<OptimizerStep> steps;
  const auto next = [](double a) { return (1.0 + std::sqrt(1.0 + 4.0 * a * a)) / 2.0; };
  double a = options.a0;
  for (int t = 1; t <= iterations; ++t) {
    const double after = next(a);
    const double eta = options.method == Optimizer::kGradientAscent ? 0.0 : (1.0 - a) / after;
    const double left = remaining(options, t, iterations);
    steps.push_back({left * first_rate(options, static_cast<double>(rows), t), eta,
                     left * options.weight_decay});
    a = after;
  }
  return steps;
}

Eigen::RowVectorXd diagonal_bound(const Matrix& design, double curvature) {
  const Eigen::VectorXd row_sums = design.cwiseAbs().rowwise().sum();
  return invert(row_sums.transpose() * design.cwiseAbs(), curvature);
}

Eigen::RowVectorXd gram_bound(const Matrix& design, double curvature) {
  const Eigen::MatrixXd gram = design.transpose() * design;
  return invert(gram.cwiseAbs().colwise().sum(), curvature);
}

}  // namespace blindfit::learn
