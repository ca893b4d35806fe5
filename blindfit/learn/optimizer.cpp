// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/optimizer.h"

#include <cmath>
#include <string>

namespace blindfit::learn {
namespace {

using base::Error;
using base::ErrorCode;

constexpr double kEpsilon = 1e-10;          // the paper's: columns of zeros get a finite B
constexpr double kLargestCurvature = 0.25;  // of the sigmoid

double rate(const OptimizerOptions& options, double rows, int t) {
  const bool quadratic = options.method == Optimizer::kQuadraticGradientNag;
  if (options.step) {
    return quadratic ? *options.step : *options.step / rows;
  }
  const double gamma = 1.0 / (rows * t);
  return quadratic ? 1.0 + gamma : gamma;
}

Eigen::RowVectorXd invert(const Eigen::RowVectorXd& row_sums) {
  return (kEpsilon + kLargestCurvature * row_sums.array()).inverse();
}

}  // namespace

std::vector<OptimizerStep> schedule(const OptimizerOptions& options, Eigen::Index rows,
                                    int iterations) {
  const bool step_ok = !options.step || (*options.step > 0 && std::isfinite(*options.step));
  if (rows < 1 || iterations < 0 || !(options.a0 >= 0) || !std::isfinite(options.a0) || !step_ok) {
    throw Error(ErrorCode::kInvalidArgument,
                "a schedule needs rows >= 1, iterations >= 0, a0 >= 0 and a positive step: " +
                    std::to_string(rows) + ", " + std::to_string(iterations) + ", " +
                    std::to_string(options.a0) + ", " + std::to_string(options.step.value_or(1)));
  }
  std::vector<OptimizerStep> steps;
  const auto next = [](double a) { return (1.0 + std::sqrt(1.0 + 4.0 * a * a)) / 2.0; };
  double a = options.a0;
  for (int t = 1; t <= iterations; ++t) {
    const double after = next(a);
    const double eta = options.method == Optimizer::kGradientAscent ? 0.0 : (1.0 - a) / after;
    steps.push_back({rate(options, static_cast<double>(rows), t), eta});
    a = after;
  }
  return steps;
}

Eigen::RowVectorXd diagonal_bound(const Matrix& design) {
  const Eigen::VectorXd row_sums = design.cwiseAbs().rowwise().sum();
  return invert(row_sums.transpose() * design.cwiseAbs());
}

Eigen::RowVectorXd gram_bound(const Matrix& design) {
  const Eigen::MatrixXd gram = design.transpose() * design;
  return invert(gram.cwiseAbs().colwise().sum());
}

}  // namespace blindfit::learn
