// SPDX-License-Identifier: Apache-2.0
#include "blindfit/rlwe/key_switch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "blindfit/owner/key_generation.h"
#include "blindfit/ring/modular_arithmetic.h"
#include "blindfit/ring/uniform_sampler.h"
#include "blindfit/rlwe/security.h"
#include "blindfit/rlwe/seeded_ciphertext.h"
#include "blindfit/testing/engine.h"
#include "blindfit/testing/error_statistics.h"

namespace blindfit::rlwe {
namespace {

using base::Error;
using base::ErrorCode;
using blindfit::testing::Engine;

struct Case {
  const char* name;
  ParametersLiteral literal;
};

class KeySwitch : public ::testing::TestWithParam<Case> {
 protected:
  [[nodiscard]] const Context& context() const { return engine_.context(); }
  [[nodiscard]] ring::Poly random(std::size_t level) const {
    return ring::uniform_poly(context().ring(), "test", base::Seed{}, level, level + 1, 0);
  }
  /// poly * s over the limbs of `poly`.
  [[nodiscard]] ring::Poly times_secret(const ring::Poly& poly, int power = 1) const {
    ring::Poly out = poly;
    for (int k = 0; k < power; ++k) {
      for (std::size_t i = 0; i < out.limbs(); ++i) {
        context().ring().kernels().multiply(
            out.limb(i).data(), out.limb(i).data(),
            engine_.secret().values().limb(context().ring().index(out, i)).data(), out.n(),
            context().ring().modulus(out, i));
      }
    }
    return out;
  }
  /// The largest coefficient of u0 + u1 s - c s^2, what a relinearization adds.
  [[nodiscard]] double worst_noise(const SwitchingKey& key, const ring::Poly& c) const {
    LazyPair pair = gadget_product_lazy(context(), gadget_decompose(context(), c), key);
    ring::Poly u0;
    ring::Poly u1;
    mod_down(context(), pair, u0, u1);
    ring::add(context().ring(), u0, times_secret(u1), u0);
    ring::subtract(context().ring(), u0, times_secret(c, 2), u0);
    double worst = 0;
    for (const double x : blindfit::testing::centred_coefficients(context(), u0)) {
      worst = std::max(worst, std::abs(x));
    }
    return worst;
  }
  /// No noise can be larger: every term at its maximum, errors cut at 12 sigma.
  [[nodiscard]] double certain_bound(std::size_t level) const {
    const auto n = static_cast<double>(context().ring().n());
    double log_p = 0;
    for (const std::uint64_t p : context().parameters().p_primes()) {
      log_p += std::log2(static_cast<double>(p));
    }
    double bound = (1 + n) / 2;
    const std::size_t size = context().parameters().digit_size();
    for (std::size_t first = 0; first <= level; first += size) {
      double log_digit = -log_p;
      for (std::size_t i = first; i <= std::min(level, first + size - 1); ++i) {
        log_digit += std::log2(static_cast<double>(context().q(i)));
      }
      bound += n * std::exp2(log_digit) / 2 * 12 * kErrorSigma;
    }
    return bound;
  }

  Engine engine_{GetParam().literal};
};

INSTANTIATE_TEST_SUITE_P(
    Digits, KeySwitch,
    ::testing::Values(Case{"One", {10, {50, 40, 40, 36, 45}, {50}, 1}},
                      Case{"Two", {10, {50, 40, 40, 36, 45}, {50, 50}, 2}},
                      Case{"Three", {10, {50, 40, 40, 36, 45}, {50, 50, 50}, 3}},
                      Case{"AllInOne", {11, {45, 40, 40, 36}, {50, 50, 50, 50}, 0}},
                      Case{"MorePThanDigits", {10, {50, 40, 40}, {50, 50, 50}, 1}}),
    [](const auto& instance) { return instance.param.name; });

TEST_P(KeySwitch, DecompositionKeepsTheLimbsOfEveryDigit) {
  const std::size_t size = context().parameters().digit_size();
  for (std::size_t level = 0; level <= engine_.max_level(); ++level) {
    const ring::Poly c = random(level);
    const Decomposition decomposition = gadget_decompose(context(), c);
    EXPECT_EQ(decomposition.level(), level);
    ASSERT_EQ(decomposition.digits.size(), context().parameters().digits(level));
    for (std::size_t i = 0; i <= level; ++i) {
      const auto own = decomposition.digits[i / size].limb(i);
      EXPECT_TRUE(std::equal(own.begin(), own.end(), c.limb(i).begin()));
    }
  }
}

TEST_P(KeySwitch, DigitsAreSmallIntegersTheSameModuloEveryPrime) {
  // At such a level the last digit is one prime, and its integer can be read off.
  const std::size_t size = context().parameters().digit_size();
  const std::size_t level = engine_.max_level() / size * size;
  const Decomposition decomposition = gadget_decompose(context(), random(level));
  ring::Poly digit = decomposition.digits.back();
  ring::to_coefficient(context().ring(), digit);
  for (std::size_t k = 0; k < digit.n(); ++k) {
    const std::int64_t x = ring::centred(digit.limb(level)[k], context().q(level));
    for (std::size_t i = 0; i < digit.limbs(); ++i) {
      ASSERT_EQ(digit.limb(i)[k], ring::reduce_signed(x, context().ring().modulus(digit, i).value));
    }
  }
}

TEST_P(KeySwitch, SwitchesWithinTheCertainBoundAtEveryLevel) {
  const SwitchingKey key =
      owner::generate_relinearization_key(context(), engine_.secret(), engine_.max_level());
  for (std::size_t level = 0; level <= engine_.max_level(); ++level) {
    EXPECT_LT(worst_noise(key, random(level)), certain_bound(level)) << level;
  }
}

TEST_P(KeySwitch, WorksWithAKeyThatEndsAtItsLevelAndRefusesAShorterOne) {
  const SwitchingKey key =
      owner::generate_relinearization_key(context(), engine_.secret(), engine_.max_level() - 1);
  EXPECT_EQ(key.level(), engine_.max_level() - 1);
  EXPECT_LT(worst_noise(key, random(key.level())), certain_bound(key.level()));
  EXPECT_LT(worst_noise(key, random(0)), certain_bound(0));
  try {
    FAIL() << worst_noise(key, random(engine_.max_level()));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kKeyMissing);
  }
}

TEST_P(KeySwitch, FailsWithAnotherOrADamagedKey) {
  const Engine other(GetParam().literal);
  SwitchingKey foreign = owner::generate_relinearization_key(other.context(), other.secret(), 2);
  EXPECT_GT(worst_noise(foreign, random(2)), 0x1p30);
  SwitchingKey damaged = owner::generate_relinearization_key(context(), engine_.secret(), 2);
  damaged.a[0].limb(1)[17] ^= 1;
  EXPECT_GT(worst_noise(damaged, random(2)), 0x1p30);
}

TEST_P(KeySwitch, ExpandsSeedsToTheSameUniformHalves) {
  const SwitchingKey key = owner::generate_relinearization_key(context(), engine_.secret(), 2);
  SwitchingKey travelled{key.seed, key.b, {}};
  expand_seed(context(), travelled);
  ASSERT_EQ(travelled.a.size(), key.a.size());
  for (std::size_t d = 0; d < key.a.size(); ++d) {
    for (std::size_t i = 0; i < key.a[d].limbs(); ++i) {
      const auto a = key.a[d].limb(i);
      EXPECT_TRUE(std::equal(a.begin(), a.end(), travelled.a[d].limb(i).begin()));
    }
  }
  ASSERT_GE(key.a.size(), 1U);
  if (key.a.size() > 1) {
    EXPECT_NE(key.a[0].limb(0)[0], key.a[1].limb(0)[0]);
  }
}

class Keys : public ::testing::Test {
 protected:
  static ErrorCode code_of(const std::function<void()>& action, std::string* message = nullptr) {
    try {
      action();
    } catch (const Error& error) {
      if (message != nullptr) {
        *message = error.what();
      }
      return error.code();
    }
    return ErrorCode::kCancelled;
  }
  Engine engine_{{10, {50, 40, 40, 40}, {50}, 1}};
};

TEST_F(Keys, SayWhichOneIsMissingOrTooShort) {
  EvaluationKeys keys;
  std::string message;
  EXPECT_EQ(code_of([&] { static_cast<void>(keys.relinearization(0)); }, &message),
            ErrorCode::kKeyMissing);
  EXPECT_NE(message.find("relinearization at level 0"), std::string::npos) << message;
  EXPECT_EQ(code_of([&] { static_cast<void>(keys.galois({25}, 1)); }, &message),
            ErrorCode::kKeyMissing);
  EXPECT_NE(message.find("Galois element 25 at level 1"), std::string::npos) << message;

  const Context& context = engine_.context();
  keys.set_relinearization(owner::generate_relinearization_key(context, engine_.secret(), 1));
  keys.set_galois(owner::generate_galois_key(context, engine_.secret(), {25}, 2));
  EXPECT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys.relinearization(1).level(), 1U);
  EXPECT_EQ(keys.galois({25}, 2).key.level(), 2U);
  EXPECT_EQ(keys.galois({25}, 0).automorphism.element.value, 25U);
  EXPECT_EQ(code_of([&] { static_cast<void>(keys.relinearization(2)); }), ErrorCode::kKeyMissing);
  EXPECT_EQ(code_of([&] { static_cast<void>(keys.galois({25}, 3)); }), ErrorCode::kKeyMissing);
  EXPECT_EQ(code_of([&] { static_cast<void>(keys.galois({5}, 0)); }), ErrorCode::kKeyMissing);
}

TEST_F(Keys, AreReplacedByALaterOneOfTheSameElement) {
  EvaluationKeys keys;
  keys.set_galois(owner::generate_galois_key(engine_.context(), engine_.secret(), {5}, 1));
  keys.set_galois(owner::generate_galois_key(engine_.context(), engine_.secret(), {5}, 3));
  EXPECT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys.galois({5}, 3).key.level(), 3U);
}

TEST_F(Keys, ExpandASeededCiphertextWithItsLevelAndScale) {
  SeededCiphertext seeded;
  seeded.c0 = ring::uniform_poly(engine_.context().ring(), "test", base::Seed{}, 0, 3, 0);
  seeded.seed = {9};
  seeded.scale = {0x1p33};
  const Ciphertext ct = expand(engine_.context(), seeded);
  EXPECT_EQ(ct.level(), 2U);
  EXPECT_EQ(ct.degree(), 1U);
  EXPECT_EQ(ct.scale.value, 0x1p33);
  const ring::Poly expected =
      ring::uniform_poly(engine_.context().ring(), kCiphertextDomain, seeded.seed, 0, 3, 0);
  EXPECT_TRUE(
      std::equal(expected.limb(2).begin(), expected.limb(2).end(), ct.parts[1].limb(2).begin()));
}

}  // namespace
}  // namespace blindfit::rlwe
