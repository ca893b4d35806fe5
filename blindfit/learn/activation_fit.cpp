// SPDX-License-Identifier: Apache-2.0
// Fits of the sigmoid's odd part: weighted least squares by QR, and Remez's exchange algorithm.
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "blindfit/learn/activation.h"
#include "blindfit/learn/remez.h"

namespace blindfit::learn {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Eigen::Index;

Index terms(const ActivationFit& fit) {
  return (fit.degree + 1) / 2;
}

/// T_1, T_3, ... at the place where logit z arrives.
Eigen::RowVectorXd basis(const ActivationFit& fit, double z) {
  const double y = std::clamp(fit.extension.apply(fit.radius, z) / fit.radius, -1.0, 1.0);
  const double angle = std::acos(y);
  Eigen::RowVectorXd values(terms(fit));
  for (Index k = 0; k < values.size(); ++k) {
    values(k) = std::cos(static_cast<double>(2 * k + 1) * angle);
  }
  return values;
}

double target(double z) {
  return sigmoid(z) - 0.5;
}

Eigen::VectorXd fit_least_squares(const ActivationFit& fit) {
  constexpr Index kPoints = 4096;
  const double widest = fit.extension.widest(fit.radius);
  Eigen::MatrixXd design(kPoints, terms(fit));
  Eigen::VectorXd values(kPoints);
  for (Index i = 0; i < kPoints; ++i) {  // midpoints; the error is odd, so one side is enough
    const double z = widest * (static_cast<double>(i) + 0.5) / kPoints;
    const double ratio = fit.bell_width > 0 ? z / fit.bell_width : 0.0;
    const double root_weight = std::exp(-0.25 * ratio * ratio);
    design.row(i) = root_weight * basis(fit, z);
    values(i) = root_weight * target(z);
  }
  return design.colPivHouseholderQr().solve(values);
}

/// The points at which the exchange looks for extrema, denser towards the ends of the domain.
struct ExchangeGrid {
  Eigen::VectorXd logits;
  Eigen::MatrixXd design;
  Eigen::VectorXd values;
};

ExchangeGrid make_grid(const ActivationFit& fit) {
  constexpr Index kPoints = 16384;
  constexpr double kHalfPi = 1.57079632679489661923;
  ExchangeGrid grid{Eigen::VectorXd(kPoints), Eigen::MatrixXd(kPoints, terms(fit)),
                    Eigen::VectorXd(kPoints)};
  for (Index i = 0; i < kPoints; ++i) {
    const double angle = kHalfPi * static_cast<double>(i + 1) / kPoints;
    grid.logits(i) = fit.extension.widest(fit.radius) * std::sin(angle);
    grid.design.row(i) = basis(fit, grid.logits(i));
    grid.values(i) = target(grid.logits(i));
  }
  return grid;
}

/// The grid points of the extrema of T_(degree + 2), where the error of a smooth odd function
/// peaks.
std::vector<Index> first_reference(const ActivationFit& fit, const ExchangeGrid& grid) {
  const Index count = terms(fit) + 1;
  std::vector<Index> reference;
  Index i = 0;
  for (Index j = count - 1; j >= 0; --j) {
    const double y = std::cos(static_cast<double>(j) * M_PI / static_cast<double>(2 * count - 1));
    const Index last = grid.logits.size() - 1 - j;
    while (i < last && fit.extension.apply(fit.radius, grid.logits(i)) < y * fit.radius) {
      ++i;
    }
    reference.push_back(i++);
  }
  return reference;
}

Eigen::VectorXd fit_least_maximum(const ActivationFit& fit) {
  const ExchangeGrid grid = make_grid(fit);
  return fit_minimax(grid.design, grid.values, first_reference(fit, grid)).coefficients;
}

}  // namespace

Result<Activation> fit_activation(const ActivationFit& fit) {
  constexpr int kHighestDegree = 63;
  if (fit.degree < 1 || fit.degree > kHighestDegree || fit.degree % 2 == 0) {
    return Error(ErrorCode::kInvalidArgument, "an activation's degree must be odd and in [1, " +
                                                  std::to_string(kHighestDegree) +
                                                  "]: " + std::to_string(fit.degree));
  }
  if (!(fit.bell_width >= 0) || !std::isfinite(fit.bell_width)) {
    return Error(ErrorCode::kInvalidArgument,
                 "the width of the weight must be >= 0: " + std::to_string(fit.bell_width));
  }
  Activation activation{{std::vector<double>(static_cast<std::size_t>(fit.degree) + 1, 0.0)},
                        fit.radius,
                        fit.extension};
  const Result<Activation> checked = conforming(activation);
  if (!checked) {
    return Error(ErrorCode::kInvalidArgument, checked.error().what());
  }
  const Eigen::VectorXd coefficients =
      fit.method == FitMethod::kMinimax ? fit_least_maximum(fit) : fit_least_squares(fit);
  for (Index k = 0; k < coefficients.size(); ++k) {
    activation.odd.coefficients[static_cast<std::size_t>(2 * k + 1)] = coefficients(k);
  }
  return activation;
}

}  // namespace blindfit::learn
