// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/activation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace blindfit::learn {
namespace {

using base::Error;
using base::ErrorCode;

constexpr double kPaperLinear = 0.10679534503216294;
constexpr double kPaperCubic = -0.00038503259805075;
constexpr double kPaperRadius = 8;

double extend_once(double inner_radius, double z) noexcept {
  const double ratio = z / inner_radius;
  return z - (4.0 / 27.0) * z * ratio * ratio;
}

}  // namespace

double sigmoid(double z) noexcept {
  const double decayed = std::exp(-std::abs(z));
  return z >= 0 ? 1.0 / (1.0 + decayed) : decayed / (1.0 + decayed);
}

double DomainExtension::widest(double radius) const noexcept {
  return radius * std::pow(ratio, steps);
}

std::vector<double> DomainExtension::radii(double radius) const {
  std::vector<double> result;
  for (int k = steps - 1; k >= 0; --k) {
    result.push_back(radius * std::pow(ratio, k));
  }
  return result;
}

double DomainExtension::apply(double radius, double z) const noexcept {
  for (int k = steps - 1; k >= 0; --k) {
    z = extend_once(radius * std::pow(ratio, k), z);
  }
  return z;
}

int Activation::depth() const noexcept {
  int levels = 0;
  while ((1 << levels) < degree() + 1) {
    ++levels;
  }
  return levels + 2 * extension.steps;
}

double Activation::odd_part(double z) const noexcept {
  return circuits::evaluate(odd, extension.apply(radius, z) / radius);
}

double Activation::max_error() const {
  constexpr int kIntervals = 20000;
  double largest = 0;
  for (int i = 0; i <= kIntervals; ++i) {
    const double z = domain() * i / kIntervals;  // the error is odd: one side is enough
    largest = std::max(largest, std::abs((*this)(z)-sigmoid(z)));
  }
  return largest;
}

bool Activation::turns_back() const noexcept {
  // Every T_k has a positive leading coefficient, and extension steps turn over an odd power.
  const bool falls = odd.coefficients[odd.degree()] < 0;
  return falls != (extension.steps % 2 == 1);
}

std::vector<double> Activation::monomials() const {
  const std::size_t size = odd.degree() + 1;
  // Columns of T_k as monomials in y, by T_(k+1) = 2 y T_k - T_(k-1).
  std::vector<double> before(size, 0.0);
  std::vector<double> current(size, 0.0);
  std::vector<double> sum(size, 0.0);
  before[0] = 1.0;
  if (size > 1) {
    current[1] = 1.0;
  }
  for (std::size_t k = 1; k < size; ++k) {
    for (std::size_t power = 0; power < size; ++power) {
      sum[power] += odd.coefficients[k] * current[power];
    }
    std::vector<double> next(size, 0.0);
    for (std::size_t power = 0; power < size; ++power) {
      next[power] = (power > 0 ? 2.0 * current[power - 1] : 0.0) - before[power];
    }
    before = std::exchange(current, std::move(next));
  }
  std::vector<double> odd_powers;
  for (std::size_t power = 1; power < size; power += 2) {
    odd_powers.push_back(sum[power] / std::pow(radius, static_cast<double>(power)));
  }
  return odd_powers;
}

Activation paper_cubic() {
  const std::array<double, 4> monomials{0.0, kPaperLinear, 0.0, kPaperCubic};
  return {circuits::chebyshev_from_monomials(monomials, kPaperRadius), kPaperRadius, {}};
}

base::Result<Activation> conforming(Activation activation) {
  constexpr std::size_t kMostCoefficients = 128;
  const auto& coefficients = activation.odd.coefficients;
  const auto malformed = [](const std::string& rule, double seen) {
    return Error(ErrorCode::kMalformed, "an activation's " + rule + ": " + std::to_string(seen));
  };
  if (coefficients.size() < 2 || coefficients.size() > kMostCoefficients) {
    return malformed("odd part must have 2 to 128 coefficients",
                     static_cast<double>(coefficients.size()));
  }
  for (std::size_t k = 0; k < coefficients.size(); ++k) {
    if (!std::isfinite(coefficients[k]) || (k % 2 == 0 && coefficients[k] != 0)) {
      return malformed("coefficients must be finite, and zero at even indices", coefficients[k]);
    }
  }
  const auto& extension = activation.extension;
  if (!(activation.radius > 0 && activation.radius <= 1000)) {
    return malformed("radius must be in (0, 1000]", activation.radius);
  }
  if (!(extension.ratio > 1 && extension.ratio <= 1.5)) {
    return malformed("extension ratio must be in (1, 1.5]", extension.ratio);
  }
  if (extension.steps < 0 || extension.steps > 8) {
    return malformed("extension steps must be in [0, 8]", extension.steps);
  }
  return activation;
}

}  // namespace blindfit::learn
