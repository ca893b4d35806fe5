// SPDX-License-Identifier: Apache-2.0
// Measured variances against the formulas of note 0003, over at least 16,000 coefficients each.
#include "blindfit/ckks/noise_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "blindfit/owner/encrypt.h"
#include "blindfit/ring/automorphism.h"
#include "blindfit/rlwe/seeded_ciphertext.h"
#include "blindfit/testing/engine.h"
#include "blindfit/testing/error_statistics.h"
#include "blindfit/testing/insecure_parameters.h"

namespace blindfit::ckks {
namespace {

using blindfit::testing::centred_coefficients;
using blindfit::testing::Engine;
using blindfit::testing::Moments;
using blindfit::testing::random_slots;
using blindfit::testing::within_a_sixteenth;

constexpr Scale kScale{0x1p40};
constexpr std::uint64_t kRounds = 16;

/// P is large against a digit: rounding decides the noise of a key switch.
rlwe::ParametersLiteral rounding_decides() {
  return {.log_n = 11, .log_q = {45, 40, 40, 40}, .log_p = {50, 50}, .digit_size = 1};
}
/// P is as large as the largest digit: the errors of the key decide.
rlwe::ParametersLiteral key_decides() {
  return {.log_n = 11, .log_q = {40, 40, 40, 40}, .log_p = {40}, .digit_size = 1};
}
/// Digits of two primes and of one at the end.
rlwe::ParametersLiteral uneven_digits() {
  return {.log_n = 11, .log_q = {40, 40, 40, 40, 40}, .log_p = {40, 40}, .digit_size = 2};
}

std::vector<double> difference(const Context& context, const ring::Poly& a, const ring::Poly& b) {
  ring::Poly result;
  ring::subtract(context.ring(), a, b, result);
  return centred_coefficients(context, result);
}

ring::Poly phase(const Engine& engine, const Ciphertext& ct) {
  return owner::decrypt(engine.context(), engine.secret(), ct).poly;
}

/// Collects sample(engine, round) over rounds that each have keys of their own: within one key, its
/// norm and its errors are fixed and stray from their expectation by a few per cent.
template <typename Sample>
Moments collect(const rlwe::ParametersLiteral& literal, Sample sample,
                std::uint64_t rounds = kRounds) {
  Moments noise;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    Engine engine(literal);
    noise.add(sample(engine, round));
  }
  return noise;
}

Moments fresh_noise(const rlwe::ParametersLiteral& literal) {
  return collect(literal, [](Engine& engine, std::uint64_t round) {
    const Plaintext message =
        engine.encoder().encode(random_slots(engine.slots(), 1, round), kScale, 2);
    const Ciphertext ct =
        rlwe::expand(engine.context(), owner::encrypt(engine.context(), engine.secret(), message));
    return difference(engine.context(), phase(engine, ct), message.poly);
  });
}

Moments relinearization_noise(const rlwe::ParametersLiteral& literal, std::size_t level) {
  return collect(literal, [level](Engine& engine, std::uint64_t round) {
    engine.add_relinearization_key();
    const Ciphertext a = engine.encrypt(random_slots(engine.slots(), 1, round), kScale, level);
    Ciphertext product = multiply(engine.context(), a, a);
    const ring::Poly before = phase(engine, product);
    relinearize(engine.context(), engine.keys(), product);
    return difference(engine.context(), phase(engine, product), before);
  });
}

Moments rotation_noise(const rlwe::ParametersLiteral& literal, std::size_t level) {
  return collect(literal, [level](Engine& engine, std::uint64_t round) {
    const unsigned log_n = engine.context().ring().log_n();
    engine.add_rotation_keys({3});
    const Ciphertext a = engine.encrypt(random_slots(engine.slots(), 1, round), kScale, level);
    Ciphertext rotated;
    rotate(engine.context(), engine.keys(), a, Steps{3}, rotated);
    ring::Poly expected;
    ring::apply_automorphism(engine.context().ring(),
                             ring::make_automorphism(galois_element(Steps{3}, log_n), log_n),
                             phase(engine, a), expected);
    return difference(engine.context(), phase(engine, rotated), expected);
  });
}

/// The error of rescaling alone: the phase afterwards against the exact quotient of the one before.
Moments rescaling_noise(const rlwe::ParametersLiteral& literal, std::size_t degree) {
  // The norm of s^2 varies more from key to key than that of s.
  const std::uint64_t rounds = degree == 2 ? 5 * kRounds : kRounds;
  const auto sample = [degree](Engine& engine, std::uint64_t round) {
    Ciphertext a = engine.encrypt(random_slots(engine.slots(), 1, round), kScale, 3);
    if (degree == 2) {
      a = multiply(engine.context(), a, a);
    }
    std::vector<double> error = centred_coefficients(engine.context(), phase(engine, a));
    rescale(engine.context(), a);
    const std::vector<double> after = centred_coefficients(engine.context(), phase(engine, a));
    const auto q = static_cast<double>(engine.context().q(3));
    for (std::size_t k = 0; k < error.size(); ++k) {
      error[k] = after[k] - error[k] / q;
    }
    return error;
  };
  return collect(literal, sample, rounds);
}

NoiseModel model_of(const rlwe::ParametersLiteral& literal) {
  return NoiseModel(blindfit::testing::InsecureParameters::make(literal));
}

TEST(NoiseModel, PredictsTheVarianceOfAFreshEncryption) {
  const Moments noise = fresh_noise(rounding_decides());
  const NoiseModel model = model_of(rounding_decides());
  ASSERT_GE(noise.count(), 1000U);
  EXPECT_TRUE(within_a_sixteenth(noise.variance(), model.encryption())) << noise.variance();
  EXPECT_LE(std::abs(noise.mean()),
            6 * std::sqrt(model.encryption() / static_cast<double>(noise.count())));
  // Control: a standard deviation of 3.0 would not have passed.
  EXPECT_FALSE(within_a_sixteenth(noise.variance(), 3.0 * 3.0));
}

TEST(NoiseModel, PredictsTheVarianceOfRescaling) {
  const NoiseModel model = model_of(rounding_decides());
  const Moments noise = rescaling_noise(rounding_decides(), 1);
  EXPECT_TRUE(within_a_sixteenth(noise.variance(), model.rescaling())) << noise.variance();
  // Controls: the roundings of one component only, and a binary instead of a ternary secret.
  EXPECT_FALSE(within_a_sixteenth(noise.variance(), model.encoding()));
  EXPECT_FALSE(within_a_sixteenth(noise.variance(), model.rescaling() * 3 / 4));
}

TEST(NoiseModel, PredictsTheVarianceOfRescalingAProductOfDegreeTwo) {
  const NoiseModel model = model_of(rounding_decides());
  const Moments noise = rescaling_noise(rounding_decides(), 2);
  EXPECT_TRUE(within_a_sixteenth(noise.variance(), model.rescaling(2))) << noise.variance();
  EXPECT_FALSE(within_a_sixteenth(noise.variance(), model.rescaling(1)));
}

struct KeySwitchCase {
  const char* name;
  rlwe::ParametersLiteral literal;
  std::size_t level;
};

class KeySwitchNoise : public ::testing::TestWithParam<KeySwitchCase> {
 protected:
  double predicted_ = model_of(GetParam().literal).key_switch(GetParam().level);
};

INSTANTIATE_TEST_SUITE_P(NoiseModel, KeySwitchNoise,
                         ::testing::Values(KeySwitchCase{"RoundingDecides", rounding_decides(), 3},
                                           KeySwitchCase{"KeyDecides", key_decides(), 3},
                                           KeySwitchCase{"KeyDecidesLower", key_decides(), 1},
                                           KeySwitchCase{"UnevenDigits", uneven_digits(), 4},
                                           KeySwitchCase{"HalfADigit", uneven_digits(), 2}),
                         [](const auto& instance) { return instance.param.name; });

TEST_P(KeySwitchNoise, OfARelinearizationIsPredicted) {
  const double measured = relinearization_noise(GetParam().literal, GetParam().level).variance();
  EXPECT_TRUE(within_a_sixteenth(measured, predicted_)) << measured << " " << predicted_;
  EXPECT_FALSE(within_a_sixteenth(measured, 0.75 * predicted_));
}

TEST_P(KeySwitchNoise, OfARotationIsPredicted) {
  const double measured = rotation_noise(GetParam().literal, GetParam().level).variance();
  EXPECT_TRUE(within_a_sixteenth(measured, predicted_)) << measured << " " << predicted_;
  EXPECT_FALSE(within_a_sixteenth(measured, 1.25 * predicted_));
}

TEST(NoiseModel, TellsWhereKeysAndWhereRoundingDecides) {
  const NoiseModel a = model_of(rounding_decides());
  EXPECT_LT(a.gadget_product(3), a.mod_down() * 1e-3);
  const NoiseModel b = model_of(key_decides());
  EXPECT_GT(b.gadget_product(3), 10 * b.mod_down());
  EXPECT_LT(b.gadget_product(1), b.gadget_product(3));
}

TEST(NoiseModel, PredictsTheVarianceAtASlotAndOfBothItsParts) {
  const Engine engine(rounding_decides());
  const NoiseModel model(engine.context().parameters());
  Moments real;
  Moments imag;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    const Slots message = random_slots(engine.slots(), 1, round);
    const Slots decrypted = engine.decrypt(engine.encrypt(message, kScale, 1));
    std::vector<double> re(message.size());
    std::vector<double> im(message.size());
    for (std::size_t j = 0; j < message.size(); ++j) {
      re[j] = decrypted[j].real() - message[j].real();
      im[j] = decrypted[j].imag() - message[j].imag();
    }
    real.add(re);
    imag.add(im);
  }
  const double predicted = model.slot_variance(model.encryption() + model.encoding(), kScale);
  EXPECT_TRUE(within_a_sixteenth(2 * real.variance(), predicted));
  EXPECT_TRUE(within_a_sixteenth(2 * imag.variance(), predicted));
  EXPECT_FALSE(within_a_sixteenth(real.variance(), predicted));
}

TEST(NoiseModel, PredictsTheVarianceOfAProductOfNoisySlots) {
  // Slots of fixed magnitude, so that the formula's bounds are the values themselves.
  const Engine engine(rounding_decides());
  const NoiseModel model(engine.context().parameters());
  const Scale coarse{0x1p24};
  const double fresh = model.slot_variance(model.encryption() + model.encoding(), coarse);
  const Slots a(engine.slots(), 1.5);
  const Slots b(engine.slots(), std::complex<double>(0, 0.75));
  Moments noise;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    const Ciphertext product =
        multiply(engine.context(), engine.encrypt(a, coarse, 2), engine.encrypt(b, coarse, 2));
    const Slots decrypted = engine.decrypt(product);
    std::vector<double> errors(2 * a.size());
    for (std::size_t j = 0; j < a.size(); ++j) {
      errors[2 * j] = (decrypted[j] - a[j] * b[j]).real();
      errors[2 * j + 1] = (decrypted[j] - a[j] * b[j]).imag();
    }
    noise.add(errors);
  }
  const double predicted = product_variance(1.5, fresh, 0.75, fresh);
  EXPECT_TRUE(within_a_sixteenth(2 * noise.variance(), predicted)) << noise.variance();
  EXPECT_FALSE(within_a_sixteenth(2 * noise.variance(), 1.5 * 1.5 * fresh));
}

TEST(NoiseModel, BoundsTheWorstSlotWithoutWaste) {
  Engine engine(rounding_decides());
  const NoiseModel model(engine.context().parameters());
  const Slots message = random_slots(engine.slots(), 1, 1);
  const Ciphertext ct = engine.encrypt(message, kScale, 2);
  const double fresh = model.slot_variance(model.encryption() + model.encoding(), kScale);
  const double error = blindfit::testing::worst_error(engine.decrypt(ct), message);
  EXPECT_LT(error, model.gaussian_bound(fresh));
  EXPECT_GT(4 * error, model.gaussian_bound(fresh));
  EXPECT_GT(error, model.gaussian_bound(fresh / 16));

  engine.add_rotation_keys({1});
  Ciphertext rotated;
  rotate(engine.context(), engine.keys(), ct, Steps{1}, rotated);
  Slots expected = engine.decrypt(ct);
  std::rotate(expected.begin(), expected.begin() + 1, expected.end());
  const double switching = model.slot_variance(model.key_switch(2), kScale);
  const double switched = blindfit::testing::worst_error(engine.decrypt(rotated), expected);
  EXPECT_LT(switched, model.product_bound(switching));
  EXPECT_GT(16 * switched, model.product_bound(switching));
}

TEST(NoiseModel, WidensBoundsWithTheVarianceAndTheConfidence) {
  const NoiseModel model = model_of(key_decides());
  EXPECT_DOUBLE_EQ(model.gaussian_bound(4), 2 * model.gaussian_bound(1));
  EXPECT_DOUBLE_EQ(model.product_bound(4), 2 * model.product_bound(1));
  EXPECT_LT(model.gaussian_bound(1, 0x1p-20), model.gaussian_bound(1, 0x1p-40));
  EXPECT_LT(model.product_bound(1, 0x1p-20), model.product_bound(1, 0x1p-40));
  EXPECT_LT(model.gaussian_bound(1), model.product_bound(1));
}

}  // namespace
}  // namespace blindfit::ckks
