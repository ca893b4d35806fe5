// SPDX-License-Identifier: Apache-2.0
#include "blindfit/owner/encrypt.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>
#include <vector>

#include "blindfit/owner/key_generation.h"
#include "blindfit/ring/modular_arithmetic.h"
#include "blindfit/ring/uniform_sampler.h"
#include "blindfit/rlwe/seeded_ciphertext.h"
#include "blindfit/testing/engine.h"
#include "blindfit/testing/error_statistics.h"

namespace blindfit::owner {
namespace {

using base::Error;
using base::ErrorCode;
using blindfit::testing::centred_coefficients;
using blindfit::testing::Engine;

// Errors are cut at 12 sigma: |e| <= 39, always.
constexpr double kLargestError = 39;

class Encryption : public ::testing::Test {
 protected:
  [[nodiscard]] const rlwe::Context& context() const { return engine_.context(); }
  [[nodiscard]] const ring::RingContext& ring() const { return engine_.context().ring(); }
  [[nodiscard]] rlwe::Plaintext random_message(std::size_t level) const {
    return {ring::uniform_poly(ring(), "test", base::Seed{}, level, level + 1, 0), {0x1p35}};
  }
  [[nodiscard]] double worst_difference(const ring::Poly& a, const ring::Poly& b) const {
    ring::Poly difference;
    ring::subtract(ring(), a, b, difference);
    double worst = 0;
    for (const double x : centred_coefficients(context(), difference)) {
      worst = std::max(worst, std::abs(x));
    }
    return worst;
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

  Engine engine_{{10, {50, 40, 36, 40}, {50, 50}, 2}};
};

TEST_F(Encryption, IsUndoneUpToAnErrorOfTwelveSigmaAtEveryLevel) {
  for (std::size_t level = 0; level <= engine_.max_level(); ++level) {
    const rlwe::Plaintext message = random_message(level);
    const rlwe::Ciphertext ct =
        rlwe::expand(context(), encrypt(context(), engine_.secret(), message));
    EXPECT_EQ(ct.level(), level);
    EXPECT_EQ(ct.scale.value, message.scale.value);
    const rlwe::Plaintext decrypted = decrypt(context(), engine_.secret(), ct);
    EXPECT_EQ(decrypted.level(), level);
    EXPECT_EQ(decrypted.scale.value, message.scale.value);
    const double error = worst_difference(decrypted.poly, message.poly);
    EXPECT_LE(error, kLargestError);
    EXPECT_GT(error, 0);  // an encryption without any error would be none
  }
}

TEST_F(Encryption, IsDifferentEveryTime) {
  const rlwe::Plaintext message = random_message(1);
  const rlwe::SeededCiphertext a = encrypt(context(), engine_.secret(), message);
  const rlwe::SeededCiphertext b = encrypt(context(), engine_.secret(), message);
  EXPECT_NE(a.seed, b.seed);
  EXPECT_NE(a.c0.limb(0)[0], b.c0.limb(0)[0]);
}

TEST_F(Encryption, HidesTheMessageFromAnotherKey) {
  const Engine other({10, {50, 40, 36, 40}, {50, 50}, 2});
  const rlwe::Plaintext message = random_message(1);
  const rlwe::Ciphertext ct =
      rlwe::expand(context(), encrypt(context(), engine_.secret(), message));
  const rlwe::Plaintext wrong = decrypt(other.context(), other.secret(), ct);
  EXPECT_GT(worst_difference(wrong.poly, message.poly), 0x1p80);
}

TEST_F(Encryption, DecryptsAnyDegreeByItsDefinition) {
  const ring::Poly& s = engine_.secret().values();
  for (std::size_t degree = 1; degree <= 3; ++degree) {
    rlwe::Ciphertext ct;
    ct.scale = {2};
    ring::Poly expected = ring::zero_poly(ring(), 2, 0, ring::Domain::kEvaluation);
    for (std::size_t k = 0; k <= degree; ++k) {
      ct.parts.push_back(ring::uniform_poly(ring(), "part", base::Seed{}, k, 2, 0));
      for (std::size_t i = 0; i < 2; ++i) {
        const std::uint64_t q = context().q(i);
        for (std::size_t j = 0; j < ring().n(); ++j) {
          const std::uint64_t power = ring::power_mod(s.limb(i)[j], k, q);
          const std::uint64_t term = ring::multiply_mod(ct.parts[k].limb(i)[j], power, q);
          expected.limb(i)[j] = ring::add_mod(expected.limb(i)[j], term, q);
        }
      }
    }
    EXPECT_EQ(worst_difference(decrypt(context(), engine_.secret(), ct).poly, expected), 0);
  }
}

TEST_F(Encryption, SecretKeyHoldsItsCoefficientsModuloEveryPrime) {
  ring::Poly values = engine_.secret().values();
  EXPECT_EQ(values.q_limbs(), 4U);
  EXPECT_EQ(values.p_limbs(), 2U);
  ring::to_coefficient(ring(), values);
  for (std::size_t i = 0; i < values.limbs(); ++i) {
    const std::uint64_t q = ring().modulus(values, i).value;
    for (std::size_t k = 0; k < values.n(); ++k) {
      ASSERT_EQ(ring::centred(values.limb(i)[k], q), engine_.secret().coefficients()[k]);
    }
  }
}

TEST_F(Encryption, SecretKeyRejectsWhatIsNotTernary) {
  std::vector<std::int8_t> coefficients(ring().n());
  EXPECT_NO_THROW(SecretKey(context(), coefficients));
  coefficients[5] = 2;
  EXPECT_EQ(code_of([&] { SecretKey key(context(), coefficients); }), ErrorCode::kInvalidArgument);
  coefficients[5] = -2;
  EXPECT_EQ(code_of([&] { SecretKey key(context(), coefficients); }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of([&] { SecretKey key(context(), std::vector<std::int8_t>(100)); }),
            ErrorCode::kInvalidArgument);
}

TEST_F(Encryption, SecretKeyLeavesNothingBehindWhenMoved) {
  SecretKey key = generate_secret_key(context());
  const std::vector<std::int8_t> coefficients = key.coefficients();
  const SecretKey moved = std::move(key);
  EXPECT_EQ(moved.coefficients(), coefficients);
  EXPECT_EQ(key.values().limbs(), 0U);      // NOLINT(bugprone-use-after-move): the contract
  EXPECT_TRUE(key.coefficients().empty());  // NOLINT(bugprone-use-after-move)
  static_assert(!std::is_copy_constructible_v<SecretKey>);
  static_assert(!std::is_copy_constructible_v<SecretPoly>);
}

/// Checks b_d + a_d t - P s [digit d] = e_d, |e_d| <= 39, on every limb of every digit.
void expect_gadget(const rlwe::Context& context, const rlwe::SwitchingKey& key,
                   const ring::Poly& source, const ring::Poly& target) {
  const ring::RingContext& ring = context.ring();
  for (std::size_t d = 0; d < key.b.size(); ++d) {
    ring::Poly error = key.b[d];
    const std::size_t first = d * context.parameters().digit_size();
    for (std::size_t i = 0; i < error.limbs(); ++i) {
      const auto& q = ring.modulus(error, i);
      const std::size_t full = ring.index(error, i);
      std::uint64_t* limb = error.limb(i).data();
      const bool in_digit =
          i < error.q_limbs() && i >= first && i < first + context.parameters().digit_size();
      for (std::size_t k = 0; k < error.n(); ++k) {
        const std::uint64_t at =
            ring::multiply_mod(key.a[d].limb(i)[k], target.limb(full)[k], q.value);
        const std::uint64_t lifted =
            in_digit ? ring::multiply_mod(ring.special_product(i), source.limb(full)[k], q.value)
                     : 0;
        limb[k] = ring::add_mod(ring::add_mod(limb[k], at, q.value),
                                lifted == 0 ? 0 : q.value - lifted, q.value);
      }
    }
    ring::to_coefficient(ring, error);
    for (std::size_t k = 0; k < error.n(); ++k) {
      const std::int64_t e = ring::centred(error.limb(0)[k], ring.modulus(error, 0).value);
      ASSERT_LE(std::abs(e), 39);
      for (std::size_t i = 1; i < error.limbs(); ++i) {
        ASSERT_EQ(ring::centred(error.limb(i)[k], ring.modulus(error, i).value), e);
      }
    }
  }
}

TEST_F(Encryption, KeysAreGadgetEncryptionsOfTheirSource) {
  ring::Poly square;
  ring::multiply(ring(), engine_.secret().values(), engine_.secret().values(), square);
  for (std::size_t level = 0; level <= engine_.max_level(); ++level) {
    const rlwe::SwitchingKey key = generate_relinearization_key(context(), engine_.secret(), level);
    EXPECT_EQ(key.level(), level);
    EXPECT_EQ(key.b.size(), level / 2 + 1);
    expect_gadget(context(), key, square, engine_.secret().values());
  }
}

TEST_F(Encryption, GaloisKeysSwitchToTheInverseImageOfTheSecret) {
  for (const std::uint32_t g : {5U, 25U, 2047U}) {
    const rlwe::GaloisKey key = generate_galois_key(context(), engine_.secret(), {g}, 2);
    EXPECT_EQ(key.automorphism.element.value, g);
    ring::Poly target;
    ring::apply_automorphism(ring(), ring::make_automorphism(ring::inverse({g}, 10), 10),
                             engine_.secret().values(), target);
    expect_gadget(context(), key.key, engine_.secret().values(), target);
    ring::Poly back;
    ring::apply_automorphism(ring(), key.automorphism, target, back);
    EXPECT_TRUE(std::equal(back.limb(0).begin(), back.limb(0).end(),
                           engine_.secret().values().limb(0).begin()));
  }
}

TEST_F(Encryption, KeysAboveTheHighestLevelAreRefused) {
  EXPECT_EQ(code_of([&] { generate_relinearization_key(context(), engine_.secret(), 4); }),
            ErrorCode::kLevelMismatch);
  EXPECT_EQ(code_of([&] { generate_galois_key(context(), engine_.secret(), {5}, 4); }),
            ErrorCode::kLevelMismatch);
}

}  // namespace
}  // namespace blindfit::owner
