// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ckks/encoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "blindfit/ckks/noise_model.h"
#include "blindfit/testing/engine.h"
#include "blindfit/testing/error_statistics.h"

namespace blindfit::ckks {
namespace {

using base::Error;
using base::ErrorCode;
using blindfit::testing::centred_coefficients;
using blindfit::testing::Engine;
using blindfit::testing::random_slots;
using blindfit::testing::worst_error;

class EncoderTest : public ::testing::Test {
 protected:
  /// Rounding of the integers, and of an FFT in double precision: each of its log2(slots) passes
  /// adds at most about 4 units in the last place of the largest partial sum.
  [[nodiscard]] double bound(Scale scale, double magnitude) const {
    const NoiseModel model(engine_.context().parameters());
    const double passes = std::log2(static_cast<double>(engine_.slots()));
    return model.gaussian_bound(model.slot_variance(model.encoding(), scale)) +
           2 * passes * 4 * 0x1p-53 * magnitude * std::sqrt(static_cast<double>(engine_.slots()));
  }
  template <typename Action>
  static ErrorCode code_of(Action action) {
    try {
      action();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kCancelled;
  }

  Engine engine_{{10, {50, 40, 40}, {50}, 1}};
  const Encoder& encoder_ = engine_.encoder();
};

TEST_F(EncoderTest, DecodesWhatItEncodesAtEveryLevelAndScale) {
  for (std::size_t level = 0; level <= 2; ++level) {
    for (const double log_scale : {20.0, 30.0, 40.5}) {
      const Scale scale{std::exp2(log_scale)};
      const Slots values = random_slots(encoder_.slots(), 3, level);
      const Plaintext encoded = encoder_.encode(values, scale, level);
      EXPECT_EQ(encoded.level(), level);
      EXPECT_EQ(encoded.scale.value, scale.value);
      const double error = worst_error(encoder_.decode(encoded), values);
      EXPECT_LT(error, bound(scale, 3));
      EXPECT_GT(8 * error, bound(scale, 0)) << "the bound must not be vacuous";
    }
  }
}

TEST_F(EncoderTest, PutsSlotJAtThePowerFiveToTheJOfTheRoot) {
  // The definition, slot by slot: m(zeta^(5^j)) / scale.
  const Slots values = random_slots(encoder_.slots(), 1, 7);
  const Scale scale{0x1p40};
  const std::vector<double> m =
      centred_coefficients(engine_.context(), encoder_.encode(values, scale, 1).poly);
  const std::size_t n = m.size();
  std::size_t power = 1;
  for (std::size_t j = 0; j < encoder_.slots(); ++j, power = power * 5 % (2 * n)) {
    std::complex<double> sum = 0;
    for (std::size_t k = 0; k < n; ++k) {
      const auto turns = static_cast<double>(power * k % (2 * n)) / static_cast<double>(2 * n);
      sum += m[k] * std::polar(1.0, 2 * std::numbers::pi * turns);
    }
    ASSERT_LT(std::abs(sum / scale.value - values[j]), bound(scale, 1) * std::numbers::sqrt2);
  }
}

TEST_F(EncoderTest, FillsMissingSlotsWithZero) {
  const std::vector<double> values = {1.5, -2};
  const Slots decoded = encoder_.decode(encoder_.encode(values, Scale{0x1p40}, 2));
  Slots expected(encoder_.slots());
  expected[0] = 1.5;
  expected[1] = -2;
  EXPECT_LT(worst_error(decoded, expected), bound(Scale{0x1p40}, 2));
  const Slots none = encoder_.decode(encoder_.encode(Slots{}, Scale{0x1p40}, 2));
  EXPECT_EQ(worst_error(none, Slots(encoder_.slots())), 0);
}

TEST_F(EncoderTest, EncodesConstantsWithoutError) {
  // A constant is one coefficient, i times a constant another: both are exact integers here.
  const Slots values(encoder_.slots(), std::complex<double>(0.75, -1.25));
  const std::vector<double> m =
      centred_coefficients(engine_.context(), encoder_.encode(values, Scale{0x1p20}, 1).poly);
  for (std::size_t k = 0; k < m.size(); ++k) {
    const double expected = k == 0 ? 0.75 * 0x1p20 : k == m.size() / 2 ? -1.25 * 0x1p20 : 0;
    ASSERT_EQ(m[k], expected) << k;
  }
}

TEST_F(EncoderTest, AgreesWithTheProductOfTheRing) {
  const Slots a = random_slots(encoder_.slots(), 1, 1);
  const Slots b = random_slots(encoder_.slots(), 1, 2);
  const Scale scale{0x1p38};
  Plaintext product{ring::Poly(), scale * scale};
  ring::multiply(engine_.context().ring(), encoder_.encode(a, scale, 2).poly,
                 encoder_.encode(b, scale, 2).poly, product.poly);
  Slots expected(a.size());
  for (std::size_t j = 0; j < a.size(); ++j) {
    expected[j] = a[j] * b[j];
  }
  // |a|, |b| <= sqrt 2.
  EXPECT_LT(worst_error(encoder_.decode(product), expected), 4 * bound(scale, 2));
}

TEST_F(EncoderTest, TakesCoefficientsUpToTheWordAndRejectsLargerOnes) {
  const Slots ones(encoder_.slots(), 1.0);
  const Slots back = encoder_.decode(encoder_.encode(ones, Scale{0x1p61}, 1));
  EXPECT_LT(worst_error(back, ones), 1e-12);
  EXPECT_EQ(code_of([&] { static_cast<void>(encoder_.encode(ones, Scale{0x1p62}, 1)); }),
            ErrorCode::kInvalidArgument);
  const Slots minus(encoder_.slots(), -1.0);
  EXPECT_EQ(code_of([&] { static_cast<void>(encoder_.encode(minus, Scale{0x1p62}, 1)); }),
            ErrorCode::kInvalidArgument);
}

TEST_F(EncoderTest, RejectsWhatHasNoEncoding) {
  const Scale scale{0x1p40};
  EXPECT_EQ(
      code_of([&] { static_cast<void>(encoder_.encode(Slots(encoder_.slots() + 1), scale, 1)); }),
      ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of([&] { static_cast<void>(encoder_.encode(Slots{std::nan("")}, scale, 1)); }),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of([&] {
              static_cast<void>(
                  encoder_.encode(Slots{std::numeric_limits<double>::infinity()}, scale, 1));
            }),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of([&] { static_cast<void>(encoder_.encode(Slots{1.0}, scale, 3)); }),
            ErrorCode::kLevelMismatch);
}

}  // namespace
}  // namespace blindfit::ckks
