// SPDX-License-Identifier: Apache-2.0
// Set A itself, at N = 2^16: seconds, and five gigabytes.
#include <gtest/gtest.h>

#include <cmath>

#include "blindfit/bootstrap/bootstrapper.h"
#include "blindfit/bootstrap/precision_model.h"
#include "blindfit/ckks/noise_model.h"
#include "blindfit/testing/bootstrap_engine.h"

namespace blindfit::bootstrap {
namespace {

using blindfit::testing::BootstrapEngine;
using blindfit::testing::random_slots;
using blindfit::testing::worst_error;
using ckks::Scale;
using ckks::Slots;

constexpr Scale kScale{0x1p40};
constexpr unsigned kLogSlots = 15;

TEST(BootstrapperAtFullSize, KeepsTwentyBitsOfEveryInput) {
  base::ThreadPool pool;
  BootstrapEngine engine(set_a());
  for (const GaloisKeyNeed& need : required_galois_elements(engine.parameters(), kLogSlots)) {
    engine.engine().add_galois_key(need.element, need.level);
  }
  engine.engine().add_relinearization_key(engine.parameters().layout().eval_mod);
  const std::size_t slots = engine.engine().slots();
  const std::vector<double> signs = public_signs(base::Seed{1}, slots);
  const Bootstrapper bootstrapper(engine.parameters(),
                                  {engine.engine().encoder(), engine.tiny(), engine.engine().keys(),
                                   engine.encapsulation(), &pool},
                                  {kLogSlots, kScale, signs});
  const ckks::NoiseModel model(engine.parameters().main());
  const RefreshVariance v = refresh_variance(engine.parameters(), kLogSlots, 1, kScale);
  const double bound =
      model.gaussian_bound(v.eval_mod + v.arcsine) + model.product_bound(v.slots_to_coeffs);
  EXPECT_LT(bound, 0x1p-18);
  for (const Slots& z : {random_slots(slots, std::sqrt(0.5), 1), Slots(slots, {1, 0})}) {
    const ckks::Ciphertext out = bootstrapper.refresh(engine.engine().encrypt(z, kScale, 1));
    EXPECT_EQ(out.level(), 10U);
    const Slots measured = engine.engine().decrypt(out);
    EXPECT_LT(worst_error(measured, z), bound);
    double sum = 0;
    for (std::size_t j = 0; j < slots; ++j) {
      sum +=
          std::abs(measured[j].real() - z[j].real()) + std::abs(measured[j].imag() - z[j].imag());
    }
    EXPECT_LT(sum / (2 * static_cast<double>(slots)), 0x1p-20);
    // The model is no mere upper bound.
    EXPECT_GT(worst_error(measured, z), std::sqrt(v.total() / 2));
  }
}

}  // namespace
}  // namespace blindfit::bootstrap
