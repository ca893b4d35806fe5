// SPDX-License-Identifier: Apache-2.0
// What a plan foresees of refreshes against a bootstrapper.
#include "blindfit/learn/refresh_cost.h"

#include <gtest/gtest.h>

#include "blindfit/bootstrap/bootstrapper.h"
#include "blindfit/testing/bootstrap_engine.h"

namespace blindfit::learn {
namespace {

TEST(RefreshCost, ForeseesTheMatricesToTheByte) {
  const blindfit::testing::BootstrapEngine engine(blindfit::testing::small_bootstrap_set(12));
  const bootstrap::Bootstrapper bootstrapper(
      engine.parameters(),
      {engine.engine().encoder(), engine.tiny(), engine.engine().keys(), engine.encapsulation()},
      {11, ckks::Scale{0x1p40}, {}});
  const RefreshCost cost = refresh_cost(engine.parameters());
  EXPECT_EQ(cost.matrix_bytes, static_cast<double>(bootstrapper.matrix_bytes()));
  EXPECT_NEAR(cost.max_input_scale, bootstrapper.contract().max_input_scale.value,
              1e-9 * cost.max_input_scale);
}

TEST(RefreshCost, GrowsWithTheChain) {
  bootstrap::BootstrapLiteral longer = bootstrap::set_a();
  const auto cost = [&] {
    return refresh_cost(bootstrap::BootstrapParameters::make(longer).value());
  };
  const RefreshCost set_a = cost();
  EXPECT_GT(set_a.refresh.key_switches, 100U);
  EXPECT_EQ(set_a.refresh.refreshes, 1U);
  longer.usable.count = 11;
  EXPECT_GT(cost().refresh.switching.ntt, set_a.refresh.switching.ntt);
  EXPECT_GT(cost().matrix_bytes, set_a.matrix_bytes);
}

}  // namespace
}  // namespace blindfit::learn
