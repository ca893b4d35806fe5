// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/mod_raise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "blindfit/ckks/noise_model.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/testing/bootstrap_engine.h"
#include "blindfit/testing/error_statistics.h"

namespace blindfit::bootstrap {
namespace {

using base::Error;
using base::ErrorCode;
using blindfit::testing::BootstrapEngine;
using blindfit::testing::random_slots;
using blindfit::testing::small_bootstrap_set;

class ModRaise : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<double> coefficients(const ckks::Ciphertext& ct) const {
    const rlwe::Plaintext message = owner::decrypt(engine_.main(), engine_.engine().secret(), ct);
    return blindfit::testing::centred_coefficients(engine_.main(), message.poly);
  }
  BootstrapEngine engine_{small_bootstrap_set(12)};
  ckks::Ciphertext low_ =
      engine_.engine().encrypt(random_slots(2048, 0.7, 1), ckks::Scale{0x1p44}, 0);
};

TEST_F(ModRaise, AddsFewMultiplesOfTheLowestPrime) {
  const ckks::Ciphertext high =
      mod_raise(engine_.main(), engine_.tiny(), engine_.encapsulation(), low_);
  EXPECT_EQ(high.level(), engine_.parameters().main().max_level());
  EXPECT_EQ(high.scale.value, low_.scale.value);
  const std::vector<double> before = coefficients(low_);
  const std::vector<double> after = coefficients(high);
  const auto q0 = static_cast<double>(engine_.main().q(0));
  // Seven standard deviations of two key switches, one over a tiny modulus: digit and special prime
  // are of one size there, which gives sqrt(N / 12) sigma; and what doubles of 2^54 round.
  const ckks::NoiseModel model(engine_.parameters().main());
  const double n = 4096;
  const double variance = 2 * model.mod_down() + n / 12 * 3.2 * 3.2;
  const double bound = 7 * std::sqrt(variance) + 4;
  double squares = 0;
  for (std::size_t k = 0; k < before.size(); ++k) {
    const double i = std::round((after[k] - before[k]) / q0);
    EXPECT_LE(std::abs(i), 16);
    EXPECT_LT(std::abs(after[k] - before[k] - i * q0), bound);
    squares += i * i;
  }
  EXPECT_LT(bound, 0x1p12);
  // 33 uniform terms and one rounding to an integer.
  const double expected = (33 + 1) / 12.0;
  EXPECT_NEAR(squares / n, expected, 7 * expected * std::sqrt(2 / n));
}

TEST_F(ModRaise, NeedsBothKeysToFit) {
  const BootstrapEngine other(small_bootstrap_set(12));
  const rlwe::EncapsulationKeys mixed{engine_.encapsulation().to_sparse,
                                      other.encapsulation().from_sparse};
  const ckks::Ciphertext high = mod_raise(engine_.main(), engine_.tiny(), mixed, low_);
  const std::vector<double> after = coefficients(high);
  EXPECT_GT(std::abs(after[0]), 0x1p70);
}

TEST_F(ModRaise, TakesTheLowestLevelOnly) {
  const ckks::Ciphertext ct =
      engine_.engine().encrypt(random_slots(8, 0.7, 1), ckks::Scale{0x1p44}, 1);
  try {
    static_cast<void>(mod_raise(engine_.main(), engine_.tiny(), engine_.encapsulation(), ct));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kLevelMismatch);
  }
}

}  // namespace
}  // namespace blindfit::bootstrap
