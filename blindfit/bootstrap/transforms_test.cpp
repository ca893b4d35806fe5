// SPDX-License-Identifier: Apache-2.0
// coeffs_to_slots and slots_to_coeffs, each alone against its meaning.
#include <gtest/gtest.h>

#include <cmath>

#include "blindfit/bootstrap/coeffs_to_slots.h"
#include "blindfit/bootstrap/slots_to_coeffs.h"
#include "blindfit/ckks/noise_model.h"
#include "blindfit/testing/bootstrap_engine.h"

namespace blindfit::bootstrap {
namespace {

using blindfit::testing::BootstrapEngine;
using blindfit::testing::random_slots;
using blindfit::testing::small_bootstrap_set;
using blindfit::testing::worst_error;
using ckks::Ciphertext;
using ckks::Scale;
using ckks::Slots;

constexpr Scale kIn{0x1p49};
constexpr Scale kOut{0x1p40};

class Transforms : public ::testing::TestWithParam<unsigned> {
 protected:
  Transforms() {
    for (const GaloisKeyNeed& need : required_galois_elements(engine_.parameters(), GetParam())) {
      engine_.engine().add_galois_key(need.element, need.level);
    }
  }
  [[nodiscard]] Slots repeated(const Slots& v) const {
    Slots out(engine_.engine().slots());
    for (std::size_t j = 0; j < out.size(); ++j) {
      out[j] = v[j % v.size()];
    }
    return out;
  }
  /// w_k = m_k + i m_(k+s) for a message of s slots, by the definition of slots.
  [[nodiscard]] Slots coefficients(const Slots& z) const {
    Slots reversed = z;
    for (auto it = stages_.rbegin(); it != stages_.rend(); ++it) {
      reversed = circuits::multiply(inverse_stage(*it, z.size()), reversed);
    }
    for (auto& x : reversed) {
      x /= static_cast<double>(z.size());
    }
    return reversed;
  }
  /// Real parts, then imaginary parts, as CoeffsToSlots orders them: one vector per ciphertext.
  [[nodiscard]] std::vector<Slots> arranged(const Slots& w) const {
    std::vector<Slots> parts(plan_.period == slots_ ? 2 : 1, Slots(plan_.period));
    for (std::size_t j = 0; j < plan_.period; ++j) {
      const std::size_t from = (j + plan_.coeffs_to_slots.back().out) % plan_.period;
      const auto& x = w[from % slots_];
      if (parts.size() == 2) {
        parts[0][j] = x.real();
        parts[1][j] = x.imag();
      } else {
        parts[0][j] = from < slots_ ? x.real() : x.imag();
      }
    }
    return parts;
  }
  /// Roundings of every stage in units of its result at `scale`: all are alike once the later
  /// stages' factors are counted, rescaling and a key switch for each of up to 2 radix operands.
  [[nodiscard]] double bound(Scale scale, double growth) const {
    const ckks::NoiseModel model(engine_.parameters().main());
    const std::size_t top = engine_.parameters().main().max_level();
    return model.product_bound(
        growth * model.slot_variance(model.rescaling() + model.key_switch(top), scale));
  }

  BootstrapEngine engine_{small_bootstrap_set(11)};
  const std::size_t slots_ = std::size_t{1} << GetParam();
  const TransformPlan plan_ = plan_transforms(engine_.parameters(), GetParam());
  const std::vector<DftStage> stages_ = split_layers(GetParam(), 3);
};

INSTANTIATE_TEST_SUITE_P(LogSlots, Transforms, ::testing::Values(10U, 9U, 6U, 1U, 0U),
                         [](const auto& instance) { return std::to_string(instance.param); });

TEST_P(Transforms, CoeffsToSlotsGivesTheCoefficients) {
  const Slots z = random_slots(slots_, 1, 11);
  constexpr double kDivisor = 14;
  const CoeffsToSlots transform(engine_.engine().encoder(), plan_,
                                {0x1p50, kDivisor, Scale{0x1p50}});
  // The ciphertext's own scale differs from the unit: only the polynomial counts.
  const Ciphertext ct =
      engine_.engine().encrypt(repeated(z), Scale{0x1p48}, engine_.parameters().main().max_level());
  const std::vector<Ciphertext> parts = transform.apply(engine_.engine().keys(), ct);
  std::vector<Slots> expected = arranged(coefficients(z));
  ASSERT_EQ(parts.size(), expected.size());
  for (std::size_t k = 0; k < parts.size(); ++k) {
    EXPECT_EQ(parts[k].level(), engine_.parameters().layout().eval_mod);
    EXPECT_TRUE(parts[k].scale.matches(Scale{0x1p50}));
    for (auto& x : expected[k]) {
      x *= 0x1p48 / (0x1p50 * kDivisor);
    }
    // The last stage's roundings, and those of earlier ones, which shrink; twice by conjugation.
    const double limit = bound(Scale{0x1p50}, 4 * 3);
    const Slots measured = engine_.engine().decrypt(parts[k]);
    EXPECT_LT(worst_error(measured, repeated(expected[k])), limit);
    EXPECT_LT(limit, 0x1p-28);
    expected[k][0] += 2 * limit;
    EXPECT_GT(worst_error(measured, repeated(expected[k])), limit);
  }
}

TEST_P(Transforms, SlotsToCoeffsGivesTheMessage) {
  const Slots z = random_slots(slots_, 1, 12);
  std::vector<Ciphertext> parts;
  for (const Slots& part : arranged(coefficients(z))) {
    parts.push_back(engine_.engine().encrypt(repeated(part), kIn,
                                             engine_.parameters().layout().slots_to_coeffs));
  }
  const SlotsToCoeffs transform(engine_.engine().encoder(), plan_, {kIn, kOut, {}});
  const Ciphertext ct = transform.apply(engine_.engine().keys(), parts);
  EXPECT_EQ(ct.level(), engine_.parameters().layout().output);
  EXPECT_EQ(ct.scale.value, kOut.value);
  // Stages preserve the magnitude of integers only if the scale falls by sqrt(slots) in all, here
  // by 2^9; for the rest the roundings of earlier stages grow by at most slots / 2^9 each.
  const double limit = bound(kOut, 3 * 4 * std::max(1.0, static_cast<double>(slots_) / 16));
  const Slots measured = engine_.engine().decrypt(ct);
  Slots expected = repeated(z);
  EXPECT_LT(worst_error(measured, expected), limit);
  EXPECT_LT(limit, 0x1p-16);
  expected[3] += 2 * limit;
  EXPECT_GT(worst_error(measured, expected), limit);
}

TEST_P(Transforms, SignsAreFoldedIntoTheLastStage) {
  const Slots z = random_slots(slots_, 1, 12);
  std::vector<Ciphertext> parts;
  for (const Slots& part : arranged(coefficients(z))) {
    parts.push_back(engine_.engine().encrypt(repeated(part), kIn,
                                             engine_.parameters().layout().slots_to_coeffs));
  }
  std::vector<double> signs(slots_);
  Slots expected(slots_);
  for (std::size_t j = 0; j < slots_; ++j) {
    signs[j] = j % 3 == 0 ? -1 : 1;
    expected[j] = signs[j] * z[j];
  }
  const SlotsToCoeffs transform(engine_.engine().encoder(), plan_, {kIn, kOut, signs});
  const Slots measured = engine_.engine().decrypt(transform.apply(engine_.engine().keys(), parts));
  EXPECT_LT(worst_error(measured, repeated(expected)), 1e-5);
  signs.push_back(1);
  EXPECT_THROW(SlotsToCoeffs(engine_.engine().encoder(), plan_, {kIn, kOut, signs}), base::Error);
}

TEST(TransformPlan, SharesKeysBetweenBothTransforms) {
  const BootstrapParameters a = BootstrapParameters::make(set_a()).value();
  const std::vector<GaloisKeyNeed> needs = required_galois_elements(a, 15);
  // Three strides with seven baby steps and one giant step each, conjugation, one rotation back.
  EXPECT_EQ(needs.size(), 3U * 8 + 2);
  for (const GaloisKeyNeed& need : needs) {
    EXPECT_LE(need.level, 26U);
  }
  EXPECT_LT(key_bytes(a, 15).files, 3.0 * (1U << 30U));
  EXPECT_GT(key_bytes(a, 15).resident, 2 * key_bytes(a, 15).files);
}

TEST(TransformPlan, RefusesMoreSlotsThanTheRingHas) {
  const BootstrapParameters a = BootstrapParameters::make(set_a()).value();
  EXPECT_THROW(plan_transforms(a, 16), base::Error);
}

}  // namespace
}  // namespace blindfit::bootstrap
