// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/precision_model.h"

#include <array>
#include <cmath>
#include <numbers>

#include "blindfit/bootstrap/eval_mod.h"
#include "blindfit/ckks/noise_model.h"

namespace blindfit::bootstrap {
namespace {

constexpr double kPi = std::numbers::pi;

}  // namespace

RefreshVariance refresh_variance(const BootstrapParameters& parameters, unsigned log_slots,
                                 double power, rlwe::Scale output_scale) {
  const BootstrapLiteral& literal = parameters.literal();
  const ckks::NoiseModel model(parameters.main());
  const double ratio = parameters.message_ratio(log_slots);
  const double coefficients = 2 * std::exp2(log_slots);
  const rlwe::Scale result{std::exp2(literal.eval_mod.bits)};
  const double rounding = model.rescaling();

  const double of_x = EvalMod(literal).noise_gain() * model.slot_variance(rounding, result);
  RefreshVariance variance{};
  variance.eval_mod = coefficients * ratio * ratio * of_x;

  // The first missing term of arcsin(sin t) / (2 pi), t normal, and E t^2k = (2k - 1)!!.
  constexpr std::array<double, 4> kMissing = {1.0 / 6, 3.0 / 40, 15.0 / 336, 105.0 / 3456};
  const unsigned next = literal.arcsine_degree + 2;
  const double deviation = 2 * kPi * std::sqrt(power / coefficients) / ratio;
  double moment = std::pow(deviation, 2.0 * next);
  for (unsigned k = 2 * next - 1; k > 1; k -= 2) {
    moment *= k;
  }
  variance.arcsine =
      coefficients * std::pow(ratio * kMissing[next / 2 - 1] / (2 * kPi), 2) * moment;

  // Three stages, whose roundings later ones roughly halve, the rotation, and the signs.
  variance.slots_to_coeffs = model.slot_variance(
      3 * rounding + 2 * model.key_switch(parameters.layout().output), output_scale);
  return variance;
}

}  // namespace blindfit::bootstrap
