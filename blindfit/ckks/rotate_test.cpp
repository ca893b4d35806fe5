// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ckks/rotate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include "blindfit/ckks/noise_model.h"
#include "blindfit/owner/key_generation.h"
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

Slots rotated(const Slots& values, std::int64_t steps) {
  const auto n = static_cast<std::int64_t>(values.size());
  Slots result(values.size());
  for (std::int64_t j = 0; j < n; ++j) {
    result[static_cast<std::size_t>(j)] =
        values[static_cast<std::size_t>((((j + steps) % n) + n) % n)];
  }
  return result;
}

bool same_words(const Ciphertext& a, const Ciphertext& b) {
  for (std::size_t k = 0; k < a.parts.size(); ++k) {
    for (std::size_t i = 0; i <= a.level(); ++i) {
      const auto x = a.parts[k].limb(i);
      if (!std::equal(x.begin(), x.end(), b.parts[k].limb(i).begin())) {
        return false;
      }
    }
  }
  return a.parts.size() == b.parts.size() && a.level() == b.level();
}

class Rotation : public ::testing::TestWithParam<rlwe::ParametersLiteral> {
 protected:
  Rotation() {
    engine_.add_relinearization_key();
    engine_.add_conjugation_key();
    engine_.add_rotation_keys({1, -1, 7, 100, static_cast<std::int64_t>(engine_.slots()) / 2});
  }
  [[nodiscard]] const Context& context() const { return engine_.context(); }
  [[nodiscard]] const EvaluationKeys& keys() const { return engine_.keys(); }
  [[nodiscard]] Ciphertext at_level(std::size_t level) const {
    Ciphertext ct = x_;
    drop_level(ct, level);
    return ct;
  }
  [[nodiscard]] double fresh() const {
    return model_.slot_variance(model_.encryption() + model_.encoding(), kScale);
  }
  [[nodiscard]] double switched(std::size_t level) const {
    return model_.slot_variance(model_.key_switch(level), kScale);
  }
  void expect_slots(const Ciphertext& ct, Slots expected, double variance) const {
    const double bound = model_.product_bound(variance);
    const Slots measured = engine_.decrypt(ct);
    EXPECT_LT(worst_error(measured, expected), bound);
    EXPECT_LT(bound, 1e-6);
    expected[1] += 2 * bound;
    EXPECT_GT(worst_error(measured, expected), bound);
  }
  static ErrorCode code_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kCancelled;
  }

  Engine engine_{GetParam()};
  NoiseModel model_{engine_.context().parameters()};
  Slots a_ = random_slots(engine_.slots(), 1, 1);
  Ciphertext x_ = engine_.encrypt(a_, kScale, engine_.max_level());
};

INSTANTIATE_TEST_SUITE_P(
    Digits, Rotation,
    ::testing::Values(rlwe::ParametersLiteral{10, {50, 40, 40, 40, 40}, {50}, 1},
                      rlwe::ParametersLiteral{11, {50, 40, 40, 40, 40}, {50, 50}, 2},
                      rlwe::ParametersLiteral{10, {50, 40, 40, 40}, {50, 50, 50, 50}, 0}),
    [](const auto& instance) { return "Set" + std::to_string(instance.index); });

TEST_P(Rotation, MovesSlotsToTheLeftAtEveryLevel) {
  const auto half = static_cast<std::int64_t>(engine_.slots()) / 2;
  for (const std::int64_t steps : {std::int64_t{1}, std::int64_t{-1}, std::int64_t{7}, half}) {
    for (const std::size_t level : {engine_.max_level(), std::size_t{2}, std::size_t{1}}) {
      Ciphertext out;
      rotate(context(), keys(), at_level(level), Steps{steps}, out);
      EXPECT_EQ(out.level(), level);
      EXPECT_EQ(out.scale.value, kScale.value);
      expect_slots(out, rotated(a_, steps), fresh() + switched(level));
    }
  }
}

TEST_P(Rotation, TakesStepsModuloTheNumberOfSlots) {
  const auto slots = static_cast<std::int64_t>(engine_.slots());
  const unsigned log_n = context().ring().log_n();
  for (const std::int64_t steps : {-slots - 1, -1L, slots - 1, 5 * slots - 1}) {
    EXPECT_EQ(galois_element(Steps{steps}, log_n), galois_element(Steps{-1}, log_n));
  }
  Ciphertext out;
  rotate(context(), keys(), x_, Steps{7 + 3 * slots}, out);
  expect_slots(out, rotated(a_, 7), fresh() + switched(engine_.max_level()));
  rotate(context(), {}, x_, Steps{2 * slots}, out);  // no key is needed to stand still
  EXPECT_TRUE(same_words(out, x_));
}

TEST_P(Rotation, ConjugatesEverySlot) {
  Ciphertext out;
  conjugate(context(), keys(), x_, out);
  Slots expected = a_;
  for (Complex& v : expected) {
    v = std::conj(v);
  }
  expect_slots(out, expected, fresh() + switched(engine_.max_level()));
}

TEST_P(Rotation, LetsTheResultTakeThePlaceOfTheOperand) {
  Ciphertext expected;
  Ciphertext out = x_;
  rotate(context(), keys(), x_, Steps{7}, expected);
  rotate(context(), keys(), out, Steps{7}, out);
  EXPECT_TRUE(same_words(out, expected));
  conjugate(context(), keys(), x_, expected);
  out = x_;
  conjugate(context(), keys(), out, out);
  EXPECT_TRUE(same_words(out, expected));
  const std::vector<Steps> steps = {{0}, {1}};
  sum_of_rotations(context(), keys(), x_, steps, expected);
  out = x_;
  sum_of_rotations(context(), keys(), out, steps, out);
  EXPECT_TRUE(same_words(out, expected));
}

TEST_P(Rotation, HoistedGivesThePlainRotations) {
  const std::vector<Steps> steps = {{7}, {0}, {-1}, {1}};
  const std::vector<Ciphertext> hoisted = rotate_hoisted(context(), keys(), x_, steps);
  ASSERT_EQ(hoisted.size(), steps.size());
  for (std::size_t k = 0; k < steps.size(); ++k) {
    Ciphertext plain;
    rotate(context(), keys(), x_, steps[k], plain);
    // The same operations on the same numbers: not only close but equal.
    EXPECT_TRUE(same_words(hoisted[k], plain));
    expect_slots(hoisted[k], rotated(a_, steps[k].value), fresh() + switched(engine_.max_level()));
  }
  EXPECT_TRUE(rotate_hoisted(context(), keys(), x_, {}).empty());
}

TEST_P(Rotation, SumsRotationsWithOneRounding) {
  const std::vector<std::vector<std::int64_t>> sums = {{0},    {0, 0, 0},       {7},
                                                       {0, 1}, {1, 7, -1, 100}, {1, 0, 1, 0, 7}};
  for (const auto& sum : sums) {
    for (const std::size_t level : {engine_.max_level(), std::size_t{1}}) {
      std::vector<Steps> steps;
      Slots expected(a_.size());
      double switches = 0;
      for (const std::int64_t s : sum) {
        steps.push_back({s});
        const Slots term = rotated(a_, s);
        std::transform(expected.begin(), expected.end(), term.begin(), expected.begin(),
                       std::plus<Complex>());
        switches += s == 0 ? 0 : 1;
      }
      Ciphertext out;
      sum_of_rotations(context(), keys(), at_level(level), steps, out);
      EXPECT_EQ(out.level(), level);
      const auto count = static_cast<double>(sum.size());
      // Errors of equal terms are equal: they may add up.
      const double variance =
          count * count * fresh() +
          model_.slot_variance(count * switches * model_.gadget_product(level) + model_.mod_down(),
                               kScale);
      expect_slots(out, expected, variance);
    }
  }
}

TEST_P(Rotation, RelinearizesProductsAndLeavesDegreeOneAlone) {
  Ciphertext product = multiply(context(), x_, x_);
  const Ciphertext before = product;
  relinearize(context(), keys(), product);
  EXPECT_EQ(product.degree(), 1U);
  EXPECT_EQ(product.level(), before.level());
  EXPECT_EQ(product.scale.value, before.scale.value);
  // At the scale of a product the noise of the switch is 2^40 times smaller than elsewhere.
  Slots expected = engine_.decrypt(before);
  const double bound = model_.product_bound(
      model_.slot_variance(model_.key_switch(engine_.max_level()), before.scale));
  EXPECT_LT(worst_error(engine_.decrypt(product), expected), bound + 0x1p-46);
  Ciphertext same = x_;
  relinearize(context(), {}, same);
  EXPECT_TRUE(same_words(same, x_));
}

TEST_P(Rotation, RelinearizesAndRescalesInOneDivision) {
  Ciphertext product = multiply(context(), x_, x_);
  Ciphertext expected = product;
  relinearize(context(), keys(), expected);
  rescale(context(), expected);
  relinearize_and_rescale(context(), keys(), product);
  EXPECT_EQ(product.degree(), 1U);
  EXPECT_EQ(product.level(), expected.level());
  EXPECT_EQ(product.scale.value, expected.scale.value);
  // Each rounds twice or once; both roundings are the noise of a rescaling.
  const double bound =
      model_.product_bound(model_.slot_variance(2 * model_.rescaling(1), product.scale));
  EXPECT_LT(worst_error(engine_.decrypt(product), engine_.decrypt(expected)), bound);
  product.parts[0].limb(0)[3] ^= 1U << 30U;
  EXPECT_GT(worst_error(engine_.decrypt(product), engine_.decrypt(expected)), bound);

  Ciphertext rescaled = x_;
  rescale(context(), rescaled);
  Ciphertext same = x_;
  relinearize_and_rescale(context(), {}, same);
  EXPECT_TRUE(same_words(same, rescaled));
}

TEST_P(Rotation, RejectsMissingKeysAndDegreeTwoWithoutTouchingAnything) {
  const Ciphertext square = multiply(context(), x_, x_);
  Ciphertext out = x_;
  const std::vector<Steps> known = {{1}};
  const std::vector<Steps> unknown = {{1}, {2}};
  const auto expect_code = [&](ErrorCode code, const std::function<void()>& action) {
    EXPECT_EQ(code_of(action), code);
    EXPECT_TRUE(same_words(out, x_));
  };
  const ErrorCode missing = ErrorCode::kKeyMissing;
  const ErrorCode invalid = ErrorCode::kInvalidArgument;
  expect_code(missing, [&] { rotate(context(), keys(), out, Steps{2}, out); });
  expect_code(missing, [&] { conjugate(context(), {}, out, out); });
  expect_code(missing, [&] { sum_of_rotations(context(), keys(), out, unknown, out); });
  expect_code(missing, [&] { rotate_hoisted(context(), keys(), out, unknown); });
  expect_code(invalid, [&] { rotate(context(), keys(), square, Steps{1}, out); });
  expect_code(invalid, [&] { conjugate(context(), keys(), square, out); });
  expect_code(invalid, [&] { rotate_hoisted(context(), keys(), square, known); });
  expect_code(invalid, [&] { sum_of_rotations(context(), keys(), square, known, out); });
  expect_code(invalid, [&] { sum_of_rotations(context(), keys(), x_, {}, out); });
  Ciphertext product = square;
  EXPECT_EQ(code_of([&] { relinearize(context(), {}, product); }), missing);
  EXPECT_EQ(code_of([&] { relinearize_and_rescale(context(), {}, product); }), missing);
  EXPECT_TRUE(same_words(product, square));
  Ciphertext cubic = square;
  cubic.parts.push_back(cubic.parts[0]);
  EXPECT_EQ(code_of([&] { relinearize(context(), keys(), cubic); }), invalid);
  EXPECT_EQ(code_of([&] { relinearize_and_rescale(context(), keys(), cubic); }), invalid);
  drop_level(product, 0);
  EXPECT_EQ(code_of([&] { relinearize_and_rescale(context(), keys(), product); }),
            ErrorCode::kLevelExhausted);
}

TEST_P(Rotation, UsesAKeyOfALowerLevelOnlyUpToIt) {
  Engine engine(GetParam());
  const ring::GaloisElement element = galois_element(Steps{1}, context().ring().log_n());
  engine.add_galois_key(element, 1);
  const Ciphertext high = engine.encrypt(a_, kScale, 2);
  Ciphertext out;
  EXPECT_EQ(code_of([&] { rotate(engine.context(), engine.keys(), high, Steps{1}, out); }),
            ErrorCode::kKeyMissing);
  Ciphertext low = high;
  drop_level(low, 1);
  rotate(engine.context(), engine.keys(), low, Steps{1}, out);
  EXPECT_LT(worst_error(engine.decrypt(out), rotated(a_, 1)),
            model_.product_bound(fresh() + switched(1)));
}

TEST(GaloisElement, IsAPowerOfFiveAndConjugationMinusOne) {
  EXPECT_EQ(galois_element(Steps{0}, 10).value, 1U);
  EXPECT_EQ(galois_element(Steps{1}, 10).value, 5U);
  EXPECT_EQ(galois_element(Steps{3}, 10).value, 125U);
  EXPECT_EQ(galois_element(Steps{5}, 10).value, 3125U % 2048U);
  EXPECT_EQ(galois_element(Steps{512}, 10).value, 1U);
  EXPECT_EQ(conjugation_element(10).value, 2047U);
  std::set<std::uint32_t> elements;
  for (std::int64_t s = 0; s < 512; ++s) {
    elements.insert(galois_element(Steps{s}, 10).value);
  }
  EXPECT_EQ(elements.size(), 512U);
  EXPECT_EQ(elements.count(2047), 0U);
}

}  // namespace
}  // namespace blindfit::ckks
