// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/bootstrapper.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "blindfit/bootstrap/precision_model.h"
#include "blindfit/ckks/noise_model.h"
#include "blindfit/testing/bootstrap_engine.h"
#include "blindfit/testing/error_statistics.h"

namespace blindfit::bootstrap {
namespace {

using base::Error;
using base::ErrorCode;
using blindfit::testing::BootstrapEngine;
using blindfit::testing::random_slots;
using blindfit::testing::small_bootstrap_set;
using blindfit::testing::worst_error;
using ckks::Ciphertext;
using ckks::Scale;
using ckks::Slots;

constexpr Scale kScale{0x1p40};

/// An engine with all keys for messages of 2^log_slots slots, at N = 2^11.
struct Fixture {
  explicit Fixture(unsigned log) : log_slots(log) {
    for (const GaloisKeyNeed& need : required_galois_elements(engine.parameters(), log)) {
      engine.engine().add_galois_key(need.element, need.level);
    }
    engine.engine().add_relinearization_key(engine.parameters().layout().eval_mod);
  }
  [[nodiscard]] Bootstrapper make(std::span<const double> factors, Scale output = kScale) const {
    return {engine.parameters(), material(), {log_slots, output, factors}};
  }
  [[nodiscard]] BootstrapMaterial material() const {
    return {engine.engine().encoder(), engine.tiny(), engine.engine().keys(),
            engine.encapsulation()};
  }
  [[nodiscard]] Slots repeated(const Slots& v) const {
    Slots out(engine.engine().slots());
    for (std::size_t j = 0; j < out.size(); ++j) {
      out[j] = v[j % v.size()];
    }
    return out;
  }
  [[nodiscard]] Slots random(std::uint64_t seed) const {
    return repeated(random_slots(slots, std::sqrt(0.5), seed));
  }
  [[nodiscard]] Ciphertext encrypt(const Slots& z, Scale scale = kScale,
                                   std::size_t level = 1) const {
    return engine.engine().encrypt(z, scale, level);
  }
  [[nodiscard]] Slots decrypt(const Ciphertext& ct) const { return engine.engine().decrypt(ct); }
  [[nodiscard]] RefreshVariance variance(double power) const {
    return refresh_variance(engine.parameters(), log_slots, power, kScale);
  }
  /// What no part of any slot may exceed: sums over slots are normal, roundings at the end are
  /// products with the secret.
  [[nodiscard]] double bound(double power) const {
    const ckks::NoiseModel model(engine.parameters().main());
    const RefreshVariance v = variance(power);
    return model.gaussian_bound(v.eval_mod + v.arcsine) + model.product_bound(v.slots_to_coeffs);
  }

  unsigned log_slots;
  BootstrapEngine engine{small_bootstrap_set(11)};
  std::size_t slots = std::size_t{1} << log_slots;
  std::vector<double> signs = public_signs(base::Seed{1}, slots);
};

class Refresh : public ::testing::TestWithParam<unsigned> {
 protected:
  Fixture f_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(LogSlots, Refresh, ::testing::Values(10U, 9U, 5U),
                         [](const auto& instance) { return std::to_string(instance.param); });

TEST_P(Refresh, KeepsEverySlot) {
  const Bootstrapper bootstrapper = f_.make(f_.signs);
  Slots constant(f_.engine.engine().slots(), {1, 0});
  Slots single(constant.size());
  Slots alternating(constant.size());
  for (std::size_t j = 0; j < constant.size(); ++j) {
    single[j] = j % f_.slots == 3 ? std::complex<double>(0, 1) : 0;
    alternating[j] = j % 2 == 0 ? 1 : -1;
  }
  const double bound = f_.bound(1);
  EXPECT_LT(bound, 0x1p-21);
  for (Slots z : {f_.random(3), constant, single, alternating}) {
    const Ciphertext out = bootstrapper.refresh(f_.encrypt(z));
    EXPECT_EQ(out.level(), bootstrapper.contract().output_level);
    EXPECT_EQ(out.scale.value, kScale.value);
    const Slots measured = f_.decrypt(out);
    EXPECT_LT(worst_error(measured, z), bound);
    z[7] += 2 * bound;
    EXPECT_GT(worst_error(measured, z), bound);
  }
}

TEST_P(Refresh, LeavesTheNoiseOfTheModel) {
  const Bootstrapper bootstrapper = f_.make(f_.signs);
  double squares = 0;
  constexpr int kRuns = 6;
  for (int run = 0; run < kRuns; ++run) {
    const Slots z = f_.random(static_cast<std::uint64_t>(run));
    const Slots measured = f_.decrypt(bootstrapper.refresh(f_.encrypt(z)));
    for (std::size_t j = 0; j < z.size(); ++j) {
      squares += std::norm(measured[j] - z[j]) / (kRuns * static_cast<double>(z.size()));
    }
  }
  // One key: few slots see few multiples of the secret's values, and rare integers weigh much.
  const double model = f_.variance(1.0 / 3).total();
  EXPECT_LT(squares, 2 * model);
  EXPECT_GT(squares, model / 2);
}

TEST_P(Refresh, GivesTheSameScaleWhateverTheOperandHas) {
  const Bootstrapper bootstrapper = f_.make(f_.signs, Scale{0x1.8p39});
  const Slots z = f_.random(4);
  const Ciphertext out = bootstrapper.refresh(f_.encrypt(z, Scale{0x1.23p38}, 3));
  EXPECT_EQ(out.scale.value, 0x1.8p39);
  EXPECT_LT(worst_error(f_.decrypt(out), z), 4 * f_.bound(1));
}

TEST_P(Refresh, LeavesItsLevels) {
  const Bootstrapper bootstrapper = f_.make(f_.signs);
  Slots z = f_.random(5);
  Ciphertext ct = bootstrapper.refresh(f_.encrypt(z));
  double bound = f_.bound(1);
  while (ct.level() > 0) {
    ct = ckks::multiply(f_.engine.main(), ct, ct);
    ckks::relinearize(f_.engine.main(), f_.engine.engine().keys(), ct);
    ckks::rescale(f_.engine.main(), ct);
    for (auto& x : z) {
      x *= x;
    }
    bound = 4 * bound;  // |z| <= 1, and a product's own noise is far below
  }
  EXPECT_LT(worst_error(f_.decrypt(ct), z), bound);
}

TEST(Bootstrapper, WithoutSignsAConstantLeavesTheMargin) {
  const Fixture f(10);
  const Bootstrapper bootstrapper = f.make({});
  EXPECT_EQ(bootstrapper.contract().input_level, 0U);
  const Slots random = f.random(3);
  EXPECT_LT(worst_error(f.decrypt(bootstrapper.refresh(f.encrypt(random, kScale, 0))), random),
            f.bound(1));
  const Slots constant(random.size(), {1, 0});
  EXPECT_GT(worst_error(f.decrypt(bootstrapper.refresh(f.encrypt(constant))), constant),
            f.bound(1));
}

TEST(Bootstrapper, PublicSignsAreReproducibleAndBalanced) {
  const std::vector<double> signs = public_signs(base::Seed{1}, 4096);
  EXPECT_EQ(signs, public_signs(base::Seed{1}, 4096));
  EXPECT_NE(signs, public_signs(base::Seed{2}, 4096));
  double sum = 0;
  for (const double s : signs) {
    EXPECT_EQ(std::abs(s), 1);
    sum += s;
  }
  EXPECT_LT(std::abs(sum), 6 * 64);
}

ErrorCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::kCancelled;
}

TEST(Bootstrapper, RefusesOperandsOutsideItsContract) {
  const Fixture f(5);
  const Bootstrapper b = f.make(f.signs);
  const Slots z = f.random(1);
  const auto refresh = [&](const Ciphertext& ct) {
    return code_of([&] { static_cast<void>(b.refresh(ct)); });
  };
  EXPECT_EQ(refresh(f.encrypt(z, kScale, 0)), ErrorCode::kLevelExhausted);
  EXPECT_EQ(refresh(f.encrypt(z, b.contract().max_input_scale * Scale{1.1})),
            ErrorCode::kScaleMismatch);
  const Ciphertext ct = f.encrypt(z, Scale{0x1p20}, 2);
  EXPECT_EQ(refresh(ckks::multiply(f.engine.main(), ct, ct)), ErrorCode::kInvalidArgument);
}

TEST(Bootstrapper, RefusesForeignMaterial) {
  const Fixture f(5);
  const std::vector<double> few(3, 1.0);
  EXPECT_EQ(code_of([&] { static_cast<void>(f.make(few)); }), ErrorCode::kInvalidArgument);
  const BootstrapParameters other = BootstrapParameters::make(set_a()).value();
  EXPECT_EQ(code_of([&] {
              Bootstrapper(other, f.material(), {5, kScale, {}});
            }),
            ErrorCode::kInvalidArgument);
}

TEST(Bootstrapper, NeedsEveryKeyThatIsListed) {
  const Fixture f(5);
  const Ciphertext ct = f.encrypt(f.random(1));
  const std::vector<GaloisKeyNeed> needs = required_galois_elements(f.engine.parameters(), 5);
  for (const GaloisKeyNeed& missing : needs) {
    rlwe::EvaluationKeys keys;
    keys.set_relinearization(f.engine.engine().keys().relinearization(0));
    for (const GaloisKeyNeed& need : needs) {
      if (need.element != missing.element) {
        keys.set_galois(f.engine.engine().keys().galois(need.element, need.level));
      }
    }
    const Bootstrapper b(
        f.engine.parameters(),
        {f.engine.engine().encoder(), f.engine.tiny(), keys, f.engine.encapsulation()},
        {5, kScale, f.signs});
    EXPECT_EQ(code_of([&] { static_cast<void>(b.refresh(ct)); }), ErrorCode::kKeyMissing);
  }
}

}  // namespace
}  // namespace blindfit::bootstrap
