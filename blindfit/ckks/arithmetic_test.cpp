// SPDX-License-Identifier: Apache-2.0
// Every operation against the algebra of slots: real and imaginary parts, the worst slot, with a
// tolerance from the noise model and a control beyond it.
#include "blindfit/ckks/arithmetic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "blindfit/ckks/noise_model.h"
#include "blindfit/testing/engine.h"

namespace blindfit::ckks {
namespace {

using base::Error;
using base::ErrorCode;
using blindfit::testing::Engine;
using blindfit::testing::random_slots;
using blindfit::testing::worst_error;
using Complex = std::complex<double>;

constexpr Scale kScale{0x1p40};
constexpr Complex kI{0, 1};
// Parts are uniform in [-1, 1].
constexpr double kMagnitude = 1.4143;

bool same_words(const Ciphertext& a, const Ciphertext& b) {
  if (a.parts.size() != b.parts.size() || a.level() != b.level()) {
    return false;
  }
  for (std::size_t k = 0; k < a.parts.size(); ++k) {
    for (std::size_t i = 0; i <= a.level(); ++i) {
      const auto x = a.parts[k].limb(i);
      if (!std::equal(x.begin(), x.end(), b.parts[k].limb(i).begin())) {
        return false;
      }
    }
  }
  return true;
}

class Arithmetic : public ::testing::Test {
 protected:
  [[nodiscard]] const Context& context() const { return engine_.context(); }
  [[nodiscard]] double fresh(Scale scale = kScale) const {
    return model_.slot_variance(model_.encryption() + model_.encoding(), scale);
  }
  [[nodiscard]] double encoded(Scale scale = kScale) const {
    return model_.slot_variance(model_.encoding(), scale);
  }
  [[nodiscard]] static Slots map(const Slots& a, const Slots& b,
                                 const std::function<Complex(Complex, Complex)>& f) {
    Slots result(a.size());
    std::transform(a.begin(), a.end(), b.begin(), result.begin(), f);
    return result;
  }
  /// The decryption is within the bound of `variance`, and a deviation of twice that would be seen.
  void expect_slots(const Ciphertext& ct, Slots expected, double variance) const {
    const double bound = model_.product_bound(variance);
    const Slots measured = engine_.decrypt(ct);
    EXPECT_LT(worst_error(measured, expected), bound);
    EXPECT_LT(bound, 0x1p-18);
    expected.back() += 2 * bound * kI;
    EXPECT_GT(worst_error(measured, expected), bound);
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

  Engine engine_{{11, {50, 40, 40, 40}, {50, 50}, 2}};
  NoiseModel model_{engine_.context().parameters()};
  Slots a_ = random_slots(engine_.slots(), 1, 1);
  Slots b_ = random_slots(engine_.slots(), 1, 2);
  Ciphertext x_ = engine_.encrypt(a_, kScale, 3);
  Ciphertext y_ = engine_.encrypt(b_, kScale, 2);  // one level lower, throughout
};

TEST_F(Arithmetic, AddsAndSubtractsSlotBySlotAtTheLowerLevel) {
  Ciphertext out;
  for (const bool swapped : {false, true}) {
    const Ciphertext& first = swapped ? y_ : x_;
    const Ciphertext& second = swapped ? x_ : y_;
    add(context(), first, second, out);
    EXPECT_EQ(out.level(), 2U);
    EXPECT_EQ(out.scale.value, kScale.value);
    expect_slots(out, map(a_, b_, [](Complex a, Complex b) { return a + b; }), 2 * fresh());
    subtract(context(), first, second, out);
    EXPECT_EQ(out.level(), 2U);
    expect_slots(out, map(a_, b_, [&](Complex a, Complex b) { return swapped ? b - a : a - b; }),
                 2 * fresh());
  }
  negate(context(), x_, out);
  EXPECT_EQ(out.level(), 3U);
  expect_slots(out, map(a_, a_, [](Complex a, Complex) { return -a; }), fresh());
}

TEST_F(Arithmetic, AddsCiphertextsOfDifferentDegrees) {
  Ciphertext product = multiply(context(), x_, y_);
  Ciphertext shifted = x_;
  shifted.scale = product.scale;  // the message becomes a tiny one: a * 2^-40
  const Slots expected = map(a_, b_, [](Complex a, Complex b) { return a * b + a * 0x1p-40; });
  Ciphertext out;
  add(context(), product, shifted, out);
  EXPECT_EQ(out.degree(), 2U);
  expect_slots(out, expected, product_variance(kMagnitude, fresh(), kMagnitude, fresh()));
  Ciphertext other_way;
  add(context(), shifted, product, other_way);
  EXPECT_TRUE(same_words(out, other_way));
}

TEST_F(Arithmetic, AddsAndMultipliesPlaintexts) {
  const Plaintext plain = engine_.encoder().encode(b_, kScale, 1);
  Ciphertext out;
  add_plain(context(), x_, plain, out);
  EXPECT_EQ(out.level(), 1U);
  expect_slots(out, map(a_, b_, std::plus<Complex>()), fresh() + encoded());
  multiply_plain(context(), x_, plain, out);
  EXPECT_EQ(out.level(), 1U);
  EXPECT_EQ(out.scale.value, 0x1p80);
  const double variance = product_variance(kMagnitude, fresh(), kMagnitude, encoded());
  expect_slots(out, map(a_, b_, std::multiplies<Complex>()), variance);

  Ciphertext sum = out;
  multiply_plain_add(context(), x_, plain, sum);
  expect_slots(sum, map(a_, b_, [](Complex a, Complex b) { return 2.0 * a * b; }), 4 * variance);
}

TEST_F(Arithmetic, AddsConstantsAtAnyScale) {
  const Complex c(0.3, -1.7);
  Ciphertext out = x_;
  add_constant(context(), c, out);
  const double rounding = 2 / (kScale.value * kScale.value);
  expect_slots(out, map(a_, a_, [c](Complex a, Complex) { return a + c; }), fresh() + rounding);
  Ciphertext product = multiply(context(), x_, y_);
  add_constant(context(), c, product);
  expect_slots(product, map(a_, b_, [c](Complex a, Complex b) { return a * b + c; }),
               product_variance(kMagnitude, fresh(), kMagnitude, fresh()));
}

TEST_F(Arithmetic, MultipliesByConstantsWithoutEncoding) {
  Ciphertext out;
  const Scale constant_scale{0x1p30};
  multiply_constant(context(), x_, -1.375, constant_scale, out);
  EXPECT_EQ(out.scale.value, 0x1p70);
  EXPECT_EQ(out.level(), 3U);
  const double variance = 1.375 * 1.375 * fresh();  // -1.375 2^30 is an integer
  expect_slots(out, map(a_, a_, [](Complex a, Complex) { return -1.375 * a; }), variance);

  Ciphertext sum = zero_ciphertext(context(), 2, out.scale);
  multiply_constant_add(context(), x_, -1.375, constant_scale, sum);
  Ciphertext dropped = out;
  drop_level(dropped, 2);
  EXPECT_TRUE(same_words(sum, dropped));
  multiply_constant_add(context(), y_, 0.5, constant_scale, sum);
  expect_slots(sum, map(a_, b_, [](Complex a, Complex b) { return -1.375 * a + 0.5 * b; }),
               variance + 0.25 * fresh());
}

TEST_F(Arithmetic, RoundsConstantsToTheNearestMultipleOfTheirScale) {
  Ciphertext out;
  multiply_constant(context(), x_, 0.7, Scale{4}, out);  // round(2.8) / 4 = 0.75
  expect_slots(out, map(a_, a_, [](Complex a, Complex) { return 0.75 * a; }), fresh());
}

TEST_F(Arithmetic, MultipliesByTheImaginaryUnitWithoutError) {
  Ciphertext out;
  multiply_by_i(context(), x_, out);
  EXPECT_EQ(out.level(), 3U);
  expect_slots(out, map(a_, a_, [](Complex a, Complex) { return kI * a; }), fresh());
  multiply_by_i(context(), out, out);
  Ciphertext negated;
  negate(context(), x_, negated);
  EXPECT_TRUE(same_words(out, negated));  // i^2 = -1, to the bit
}

TEST_F(Arithmetic, MultipliesCiphertextsAndAccumulatesProducts) {
  const double variance = product_variance(kMagnitude, fresh(), kMagnitude, fresh());
  const Ciphertext product = multiply(context(), x_, y_);
  EXPECT_EQ(product.degree(), 2U);
  EXPECT_EQ(product.level(), 2U);
  EXPECT_EQ(product.scale.value, 0x1p80);
  expect_slots(product, map(a_, b_, std::multiplies<Complex>()), variance);

  Ciphertext sum;
  multiply_add(context(), x_, y_, sum);
  EXPECT_TRUE(same_words(sum, product));
  multiply_add(context(), x_, x_, sum);
  multiply_add(context(), y_, y_, sum);
  expect_slots(sum, map(a_, b_, [](Complex a, Complex b) { return a * b + a * a + b * b; }),
               9 * variance);

  Ciphertext linear = zero_ciphertext(context(), 3, product.scale);
  multiply_add(context(), x_, y_, linear);  // grows a part and drops a level
  EXPECT_TRUE(same_words(linear, product));
}

TEST_F(Arithmetic, RescalesValuesOfAnyDegreeToASmallerScale) {
  Ciphertext product = multiply(context(), x_, y_);
  const Slots expected = map(a_, b_, std::multiplies<Complex>());
  rescale(context(), product);
  EXPECT_EQ(product.level(), 1U);
  EXPECT_EQ(product.degree(), 2U);
  EXPECT_EQ(product.scale.value, 0x1p80 / static_cast<double>(context().q(2)));
  // s^2 has a heavier tail than the bound is made for: four times the deviation.
  expect_slots(product, expected, 16 * model_.slot_variance(model_.rescaling(2), product.scale));

  Ciphertext linear;
  multiply_constant(context(), x_, 1, kScale, linear);
  rescale(context(), linear);
  expect_slots(linear, a_, fresh() + model_.slot_variance(model_.rescaling(), linear.scale));
}

TEST_F(Arithmetic, MultipliesByAPlaintextAndRescalesAtOnceToTheSameBits) {
  const Ciphertext& a = x_;
  for (const std::size_t level : {engine_.max_level(), std::size_t{1}}) {
    const Plaintext b =
        engine_.encoder().encode(random_slots(engine_.slots(), 1, 2), kScale, level);
    Ciphertext expected;
    multiply_plain(context(), a, b, expected);
    rescale(context(), expected);
    Ciphertext result;
    multiply_plain_and_rescale(context(), a, b, result);
    EXPECT_TRUE(same_words(result, expected)) << level;
    EXPECT_TRUE(result.scale.matches(expected.scale)) << level;
    result = a;
    multiply_plain_and_rescale(context(), result, b, result);
    EXPECT_TRUE(same_words(result, expected)) << level;
    Ciphertext other = a;
    other.parts[0].limb(level)[7] ^= 1;
    multiply_plain_and_rescale(context(), other, b, result);
    EXPECT_FALSE(same_words(result, expected)) << level;
  }
  const Plaintext lowest = engine_.encoder().encode(random_slots(engine_.slots(), 1, 2), kScale, 0);
  Ciphertext kept = a;
  EXPECT_EQ(code_of([&] { multiply_plain_and_rescale(context(), kept, lowest, kept); }),
            ErrorCode::kLevelExhausted);
  EXPECT_TRUE(same_words(kept, a));
}

TEST_F(Arithmetic, DropsLevelsWithoutAnyError) {
  Ciphertext low = x_;
  drop_level(low, 1);
  EXPECT_EQ(low.level(), 1U);
  EXPECT_EQ(low.scale.value, kScale.value);
  EXPECT_EQ(worst_error(engine_.decrypt(low), engine_.decrypt(x_)), 0);
}

TEST_F(Arithmetic, LetsTheResultTakeThePlaceOfAnOperand) {
  Ciphertext expected;
  subtract(context(), x_, y_, expected);
  Ciphertext out = x_;
  subtract(context(), out, y_, out);
  EXPECT_TRUE(same_words(out, expected));
  out = y_;
  subtract(context(), x_, out, out);
  EXPECT_TRUE(same_words(out, expected));

  const Plaintext plain = engine_.encoder().encode(b_, kScale, 2);
  for (const auto& operation : {add_plain, multiply_plain}) {
    operation(context(), x_, plain, expected);
    out = x_;
    operation(context(), out, plain, out);
    EXPECT_TRUE(same_words(out, expected));
  }
  multiply_constant(context(), x_, 3, Scale{1}, expected);
  out = x_;
  multiply_constant(context(), out, 3, Scale{1}, out);
  EXPECT_TRUE(same_words(out, expected));
  negate(context(), x_, expected);
  out = x_;
  negate(context(), out, out);
  EXPECT_TRUE(same_words(out, expected));
}

TEST_F(Arithmetic, RejectsOperandsThatDoNotFitAndTouchesNothing) {
  Ciphertext coarse = x_;
  coarse.scale = {kScale.value * 1.001};
  const Ciphertext square = multiply(context(), x_, x_);
  const Plaintext plain = engine_.encoder().encode(b_, Scale{0x1p39}, 1);
  const Ciphertext before = engine_.encrypt(b_, kScale, 3);
  Ciphertext out = before;
  const auto expect_code = [&](ErrorCode code, const std::function<void()>& action) {
    EXPECT_EQ(code_of(action), code);
    EXPECT_TRUE(same_words(out, before));
    EXPECT_EQ(out.scale.value, before.scale.value);
  };
  const ErrorCode scale = ErrorCode::kScaleMismatch;
  const ErrorCode invalid = ErrorCode::kInvalidArgument;
  const ErrorCode level = ErrorCode::kLevelMismatch;
  expect_code(scale, [&] { add(context(), x_, coarse, out); });
  expect_code(scale, [&] { subtract(context(), x_, coarse, out); });
  expect_code(scale, [&] { add_plain(context(), x_, plain, out); });
  expect_code(scale, [&] { multiply_plain_add(context(), x_, plain, out); });
  expect_code(scale, [&] { multiply_add(context(), x_, x_, out); });
  expect_code(scale, [&] { multiply_constant_add(context(), x_, 1, Scale{2}, out); });
  expect_code(invalid, [&] { multiply_add(context(), square, x_, out); });
  expect_code(invalid, [&] { multiply_constant(context(), x_, 0x1p22, kScale, out); });
  expect_code(invalid, [&] { multiply_constant(context(), x_, std::nan(""), kScale, out); });
  expect_code(invalid, [&] { add_constant(context(), 0x1p86, out); });
  expect_code(invalid, [&] { add_constant(context(), {0, std::nan("")}, out); });
  expect_code(level, [&] { drop_level(out, 4); });
  expect_code(level, [&] { multiply_constant_add(context(), y_, 1, Scale{1}, out); });
  const Plaintext one = engine_.encoder().encode(b_, Scale{1}, 1);
  expect_code(level, [&] { multiply_plain_add(context(), x_, one, out); });
  expect_code(invalid, [&] {
    Ciphertext same_scale = square;
    same_scale.scale = kScale;
    multiply_constant_add(context(), same_scale, 1, Scale{1}, out);
  });
  Ciphertext bottom = x_;
  drop_level(bottom, 0);
  EXPECT_EQ(code_of([&] { rescale(context(), bottom); }), ErrorCode::kLevelExhausted);
  EXPECT_EQ(bottom.level(), 0U);
}

}  // namespace
}  // namespace blindfit::ckks
