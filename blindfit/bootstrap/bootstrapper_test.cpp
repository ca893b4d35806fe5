// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/bootstrapper.h"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <memory>

#include "blindfit/ckks/noise_model.h"
#include "blindfit/testing/bootstrap_engine.h"

namespace blindfit::bootstrap {
namespace {

using base::Error;
using base::ErrorCode;
using blindfit::testing::BootstrapEngine;
using blindfit::testing::random_slots;
using blindfit::testing::small_bootstrap_set;
using blindfit::testing::worst_error;
using ckks::Ciphertext;
using ckks::Scale;
using ckks::Slots;

constexpr Scale kScale{0x1p40};

class Refresh : public ::testing::TestWithParam<unsigned> {
 protected:
  Refresh() {
    for (const GaloisKeyNeed& need : required_galois_elements(engine_.parameters(), GetParam())) {
      engine_.engine().add_galois_key(need.element, need.level);
    }
    engine_.engine().add_relinearization_key(engine_.parameters().layout().eval_mod);
  }
  [[nodiscard]] Bootstrapper make(std::span<const double> signs) const {
    return {engine_.parameters(),
            {engine_.engine().encoder(), engine_.tiny(), engine_.engine().keys(),
             engine_.encapsulation()},
            {GetParam(), kScale, signs}};
  }
  [[nodiscard]] Slots repeated(const Slots& v) const {
    Slots out(engine_.engine().slots());
    for (std::size_t j = 0; j < out.size(); ++j) {
      out[j] = v[j % v.size()];
    }
    return out;
  }

  BootstrapEngine engine_{small_bootstrap_set(11)};
  const std::size_t slots_ = std::size_t{1} << GetParam();
  const std::vector<double> signs_ = public_signs(base::Seed{1}, slots_);
};

INSTANTIATE_TEST_SUITE_P(LogSlots, Refresh, ::testing::Values(10U, 9U, 5U),
                         [](const auto& instance) { return std::to_string(instance.param); });

TEST_P(Refresh, KeepsEverySlot) {
  const Bootstrapper bootstrapper = make(signs_);
  Slots z = repeated(random_slots(slots_, 0.7, 3));
  const Ciphertext out = bootstrapper.refresh(engine_.engine().encrypt(z, kScale, 1));
  EXPECT_EQ(out.level(), bootstrapper.contract().output_level);
  EXPECT_EQ(out.scale.value, kScale.value);
  const Slots measured = engine_.engine().decrypt(out);
  std::cout << GetParam() << ": " << -std::log2(worst_error(measured, z)) << " bits\n";
  EXPECT_LT(worst_error(measured, z), 0x1p-16);
}

}  // namespace
}  // namespace blindfit::bootstrap
