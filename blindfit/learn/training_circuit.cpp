// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/training_circuit.h"

#include <array>

namespace blindfit::learn {

std::vector<circuits::PolynomialPlan> extension_plans(const Activation& activation) {
  const double unit = activation.domain();
  const std::vector<double> radii = activation.extension.radii(activation.radius);
  std::vector<circuits::PolynomialPlan> plans;
  for (std::size_t k = 0; k < radii.size(); ++k) {
    const double gain = k + 1 == radii.size() ? unit / activation.radius : 1;
    const double ratio = unit / radii[k];
    const std::array<double, 4> monomials = {0, gain, 0, -gain * 4 / 27 * ratio * ratio};
    plans.emplace_back(circuits::chebyshev_from_monomials(monomials, 1));
  }
  return plans;
}

}  // namespace blindfit::learn
