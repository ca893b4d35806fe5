// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ckks/noise_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "blindfit/rlwe/security.h"

namespace blindfit::ckks {
namespace {

constexpr double kRounding = 1.0 / 12;       // uniform on [-1/2, 1/2]
constexpr double kSecretVariance = 2.0 / 3;  // uniform on {-1, 0, 1}

/// An upper bound of P(|XY| > t) for independent complex Gaussians of variance 1: 2 t K_1(2 t),
/// with K_1(z) < sqrt(pi / 2z) e^-z (1 + 3 / 8z).
double product_tail(double t) {
  const double z = 2 * t;
  return z * std::sqrt(std::numbers::pi / (2 * z)) * std::exp(-z) * (1 + 3 / (8 * z));
}

}  // namespace

double NoiseModel::encoding() const noexcept {
  return kRounding;
}

double NoiseModel::encryption() const noexcept {
  return rlwe::kErrorSigma * rlwe::kErrorSigma;
}

double NoiseModel::rescaling(std::size_t degree) const noexcept {
  const auto n = static_cast<double>(parameters_.n());
  double squared_norms = 1 + n * kSecretVariance;
  if (degree == 2) {
    squared_norms += 2 * n * n * kSecretVariance * kSecretVariance;
  }
  return kRounding * squared_norms;
}

double NoiseModel::gadget_product(std::size_t level) const {
  double log_p = 0;
  for (const std::uint64_t p : parameters_.p_primes()) {
    log_p += std::log2(static_cast<double>(p));
  }
  double squared_ratios = 0;  // sum over digits of (Q_d / P)^2
  for (std::size_t first = 0; first <= level; first += parameters_.digit_size()) {
    double log_digit = 0;
    for (std::size_t i = first; i < std::min(first + parameters_.digit_size(), level + 1); ++i) {
      log_digit += std::log2(static_cast<double>(parameters_.q_primes()[i]));
    }
    squared_ratios += std::exp2(2 * (log_digit - log_p));
  }
  return kRounding * squared_ratios * static_cast<double>(parameters_.n()) * encryption();
}

double NoiseModel::mod_down() const noexcept {
  return rescaling(1);
}

double NoiseModel::key_switch(std::size_t level) const {
  return gadget_product(level) + mod_down();
}

double NoiseModel::slot_variance(double coefficient_variance, rlwe::Scale scale) const noexcept {
  return static_cast<double>(parameters_.n()) * coefficient_variance / (scale.value * scale.value);
}

double NoiseModel::gaussian_bound(double slot_variance, double failure) const noexcept {
  return std::sqrt(slot_variance * std::log(static_cast<double>(parameters_.n()) / failure));
}

double NoiseModel::product_bound(double slot_variance, double failure) const noexcept {
  const double per_slot = failure / static_cast<double>(parameters_.slots());
  double low = 1;
  double high = 1024;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (product_tail(middle) > per_slot ? low : high) = middle;
  }
  return std::sqrt(slot_variance) * high;
}

double product_variance(double magnitude_a, double variance_a, double magnitude_b,
                        double variance_b) noexcept {
  return magnitude_a * magnitude_a * variance_b + magnitude_b * magnitude_b * variance_a +
         variance_a * variance_b;
}

}  // namespace blindfit::ckks
