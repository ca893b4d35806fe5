// SPDX-License-Identifier: Apache-2.0
#include "blindfit/testing/decrypting_refresher.h"

#include <gtest/gtest.h>

#include <string>

namespace blindfit::testing {
namespace {

using base::Error;

class Double : public ::testing::Test {
 protected:
  [[nodiscard]] ckks::Slots repeated(double magnitude) const {
    const ckks::Slots few = random_slots(8, magnitude, 1);
    ckks::Slots slots(engine_.slots());
    for (std::size_t j = 0; j < slots.size(); ++j) {
      slots[j] = few[j % 8];
    }
    return slots;
  }
  Engine engine_{{10, {50, 40, 40, 40}, {50}, 1}};
  const circuits::RefreshContract contract_{3, 1, {0x1p40}, 1, 3, {0x1p39}};
  DecryptingRefresher refresher_{engine_, contract_};
};

TEST_F(Double, RefreshesAndCounts) {
  const ckks::Slots z = repeated(0.7);
  const ckks::Ciphertext out = refresher_.refresh(engine_.encrypt(z, {0x1p40}, 1));
  EXPECT_EQ(out.level(), 3U);
  EXPECT_EQ(out.scale.value, 0x1p39);
  EXPECT_LT(worst_error(engine_.decrypt(out), z), 1e-7);
  EXPECT_EQ(refresher_.count(), 1U);
}

TEST_F(Double, ReportsWhatBootstrappingWouldGetWrong) {
  EXPECT_THROW(static_cast<void>(refresher_.refresh(engine_.encrypt(repeated(0.7), {0x1p40}, 0))),
               Error);
  EXPECT_THROW(static_cast<void>(refresher_.refresh(engine_.encrypt(repeated(0.7), {0x1p41}, 1))),
               Error);
  ckks::Slots z = repeated(0.7);
  z[9] += 0.01;
  EXPECT_THROW(static_cast<void>(refresher_.refresh(engine_.encrypt(z, {0x1p40}, 1))), Error);
  try {
    static_cast<void>(refresher_.refresh(engine_.encrypt(ckks::Slots(512, {1.5, 0}), {0x1p40}, 1)));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("1.5"), std::string::npos) << error.what();
  }
  EXPECT_EQ(refresher_.count(), 0U);
}

}  // namespace
}  // namespace blindfit::testing
