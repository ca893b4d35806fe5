// SPDX-License-Identifier: Apache-2.0
#include "blindfit/circuits/linear_transform.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "blindfit/ckks/noise_model.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/testing/engine.h"

namespace blindfit::circuits {
namespace {

using base::Error;
using base::ErrorCode;
using blindfit::testing::Engine;
using blindfit::testing::random_slots;
using blindfit::testing::worst_error;
using ckks::Scale;

constexpr Scale kScale{0x1p45};

DiagonalMatrix random_matrix(std::size_t period, std::vector<std::size_t> offsets) {
  DiagonalMatrix m{period, {}};
  for (const std::size_t offset : offsets) {
    m.diagonals[offset] = random_slots(period, 1, 1000 + offset);
  }
  return m;
}

Diagonal dense_product(const DiagonalMatrix& m, const Diagonal& v) {
  Diagonal out(v.size());
  for (std::size_t j = 0; j < v.size(); ++j) {
    for (const auto& [offset, d] : m.diagonals) {
      out[j] += d[j % m.period] * v[(j + offset) % v.size()];
    }
  }
  return out;
}

TEST(DiagonalMatrix, ProductIsComposition) {
  const DiagonalMatrix a = random_matrix(16, {0, 3, 15});
  const DiagonalMatrix b = random_matrix(16, {1, 4});
  const Diagonal v = random_slots(16, 1, 5);
  const Diagonal once = multiply(multiply(a, b), v);
  EXPECT_LT(worst_error(once, multiply(a, multiply(b, v))), 1e-14);
  EXPECT_GT(worst_error(once, multiply(b, multiply(a, v))), 0.1);
}

TEST(DiagonalMatrix, ProductLeavesOutZeroDiagonals) {
  const DiagonalMatrix a{2, {{0, {1, 0}}, {1, {1, 0}}}};
  const DiagonalMatrix b{2, {{0, {0, 1}}}};
  EXPECT_EQ(multiply(a, b).diagonals.size(), 1U);
}

TEST(DiagonalMatrix, ScalesRowsAndColumns) {
  const DiagonalMatrix m = random_matrix(8, {0, 2, 7});
  const Diagonal v = random_slots(8, 1, 5);
  const Diagonal f = random_slots(8, 1, 6);
  Diagonal fv(8);
  Diagonal fmv = multiply(m, v);
  for (std::size_t j = 0; j < 8; ++j) {
    fv[j] = f[j] * v[j];
    fmv[j] *= f[j];
  }
  EXPECT_LT(worst_error(multiply(scale_columns(m, f), v), multiply(m, fv)), 1e-14);
  EXPECT_LT(worst_error(multiply(scale_rows(m, f), v), fmv), 1e-14);
}

TEST(DiagonalMatrix, BetweenRotationsActsOnRotatedVectors) {
  const DiagonalMatrix m = random_matrix(8, {0, 2, 7});
  const auto rotated = [](const Diagonal& v, std::size_t by) {
    Diagonal out(v.size());
    for (std::size_t j = 0; j < v.size(); ++j) {
      out[j] = v[(j + by) % v.size()];
    }
    return out;
  };
  const Diagonal v = random_slots(8, 1, 5);
  const DiagonalMatrix moved = between_rotations(m, 3, 5);
  EXPECT_LT(worst_error(multiply(moved, rotated(v, 3)), rotated(multiply(m, v), 5)), 1e-14);
  EXPECT_EQ(moved.diagonals.count(2), 1U);  // 0 + 5 - 3
}

struct Case {
  const char* name;
  std::size_t period;
  std::vector<std::size_t> offsets;
  BabyGiant order;
};

class Transform : public ::testing::TestWithParam<Case> {
 protected:
  static constexpr std::size_t kLevel = 3;
  Transform() : matrix_(random_matrix(GetParam().period, GetParam().offsets)) {}

  [[nodiscard]] LinearTransform transform(std::size_t level) const {
    return {engine_.encoder(), matrix_, GetParam().order, level,
            Scale{static_cast<double>(engine_.context().q(level))}};
  }
  void add_keys(const LinearTransform& t) {
    for (const ckks::Steps s : t.rotations()) {
      engine_.add_galois_key(ckks::galois_element(s, 10), t.level());
    }
  }
  /// Encryption, encoding and one key switch of each rotated operand, times `diagonals` entries of
  /// magnitude at most sqrt(2); roundings of diagonals times slots; a mod_down a giant step (below
  /// a key switch at this scale) and the final rescaling.
  [[nodiscard]] double variance() const {
    const ckks::NoiseModel model(engine_.context().parameters());
    const auto terms = static_cast<double>(GetParam().offsets.size());
    const double operand = model.encryption() + model.encoding() + model.key_switch(kLevel);
    const double diagonal = model.slot_variance(
        model.encoding(), Scale{static_cast<double>(engine_.context().q(kLevel))});
    return terms * (2 * model.slot_variance(operand, kScale) + 2 * diagonal) +
           model.slot_variance(model.rescaling() + 2 * model.key_switch(kLevel), kScale);
  }

  Engine engine_{{10, {50, 45, 45, 45, 45}, {50, 50}, 2}};
  DiagonalMatrix matrix_;
};

INSTANTIATE_TEST_SUITE_P(
    Shapes, Transform,
    ::testing::Values(Case{"Diagonal", 512, {0}, {1, 1}}, Case{"OneRotation", 512, {5}, {5, 2}},
                      Case{"BabiesOnly", 512, {0, 1, 2, 3}, {1, 8}},
                      Case{"GiantsOnly", 512, {0, 16, 32, 48}, {16, 1}},
                      Case{"Both", 512, {0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80}, {8, 4}},
                      Case{"Sparse", 512, {2, 30, 510}, {2, 16}},
                      Case{"ShortPeriod", 64, {0, 1, 2, 3, 4, 5, 6, 63}, {1, 4}},
                      Case{"PeriodOne", 1, {0}, {1, 1}}),
    [](const auto& instance) { return instance.param.name; });

TEST_P(Transform, MultipliesSlotsByTheMatrix) {
  const LinearTransform t = transform(kLevel);
  add_keys(t);
  Diagonal v = random_slots(GetParam().period, 1, 3);
  Diagonal repeated(engine_.slots());
  for (std::size_t j = 0; j < repeated.size(); ++j) {
    repeated[j] = v[j % v.size()];
  }
  const ckks::Ciphertext out = t.apply(engine_.keys(), engine_.encrypt(repeated, kScale, kLevel));
  EXPECT_EQ(out.level(), kLevel - 1);
  EXPECT_TRUE(out.scale.matches(kScale));
  const ckks::NoiseModel model(engine_.context().parameters());
  const double bound = model.product_bound(variance());
  EXPECT_LT(bound, 1e-6);
  Diagonal expected = dense_product(matrix_, repeated);
  EXPECT_LT(worst_error(engine_.decrypt(out), expected), bound);
  expected[7] += 2 * bound;
  EXPECT_GT(worst_error(engine_.decrypt(out), expected), bound);
}

TEST_P(Transform, GivesTheSameWordsOnSeveralThreads) {
  const LinearTransform t = transform(kLevel);
  add_keys(t);
  base::ThreadPool pool(3);
  const ckks::Ciphertext ct = engine_.encrypt(random_slots(4, 1, 3), kScale, kLevel);
  const ckks::Ciphertext alone = t.apply(engine_.keys(), ct);
  const ckks::Ciphertext shared = t.apply(engine_.keys(), ct, &pool);
  for (std::size_t k = 0; k < 2; ++k) {
    for (std::size_t i = 0; i < kLevel; ++i) {
      const auto x = alone.parts[k].limb(i);
      EXPECT_TRUE(std::equal(x.begin(), x.end(), shared.parts[k].limb(i).begin()));
    }
  }
}

TEST_P(Transform, NeedsExactlyTheKeysItLists) {
  const LinearTransform t = transform(kLevel);
  const std::vector<ckks::Steps> needed = t.rotations();
  const ckks::Ciphertext ct = engine_.encrypt(random_slots(4, 1, 3), kScale, kLevel);
  for (std::size_t missing = 0; missing < needed.size(); ++missing) {
    rlwe::EvaluationKeys others;
    for (std::size_t k = 0; k < needed.size(); ++k) {
      if (k != missing) {
        others.set_galois(owner::generate_galois_key(engine_.context(), engine_.secret(),
                                                     ckks::galois_element(needed[k], 10), kLevel));
      }
    }
    EXPECT_THROW(static_cast<void>(t.apply(others, ct)), Error);
  }
  add_keys(t);
  EXPECT_NO_THROW(static_cast<void>(t.apply(engine_.keys(), ct)));
  EXPECT_EQ(engine_.keys().size(), needed.size());
}

TEST(LinearTransform, KeepsOnePeriodOfEachDiagonal) {
  const Engine engine{{10, {50, 45}, {50}, 1}};
  const auto bytes = [&](std::size_t period) {
    return LinearTransform(engine.encoder(), random_matrix(period, {0, 1}), {1, 2}, 1, kScale)
        .bytes();
  };
  EXPECT_EQ(bytes(512), 2U * 3 * 1024 * 8);
  EXPECT_EQ(bytes(16), bytes(512) / 32);
}

TEST(LinearTransform, RefusesWhatItWasNotEncodedFor) {
  const Engine engine{{10, {50, 45, 45}, {50}, 1}};
  const LinearTransform t(engine.encoder(), random_matrix(512, {0}), {1, 1}, 1, kScale);
  const ckks::Ciphertext high = engine.encrypt(random_slots(4, 1, 3), kScale, 2);
  try {
    static_cast<void>(t.apply(engine.keys(), high));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kLevelMismatch);
  }
  EXPECT_THROW(LinearTransform(engine.encoder(), random_matrix(512, {1}), {2, 1}, 1, kScale),
               Error);
  EXPECT_THROW(LinearTransform(engine.encoder(), random_matrix(512, {0}), {1, 1}, 0, kScale),
               Error);
}

TEST(Rotations, CountBabiesAndOneGiant) {
  EXPECT_EQ(rotations({4, 8}, 63).size(), 8U);
  EXPECT_EQ(rotations({4, 8}, 63).back().value, 32);
  EXPECT_EQ(rotations({4, 8}, 8).size(), 7U);
  EXPECT_EQ(rotations({4, 8}, 1).size(), 0U);
}

}  // namespace
}  // namespace blindfit::circuits
