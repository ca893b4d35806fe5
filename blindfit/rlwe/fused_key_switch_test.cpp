// SPDX-License-Identifier: Apache-2.0
// The fused key switch against its three steps, bit for bit, at every level and row count.
#include "blindfit/rlwe/fused_key_switch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "blindfit/owner/key_generation.h"
#include "blindfit/ring/modular_arithmetic.h"
#include "blindfit/ring/uniform_sampler.h"
#include "blindfit/testing/engine.h"

namespace blindfit::rlwe {
namespace {

using blindfit::testing::Engine;

struct Case {
  const char* name;
  ParametersLiteral literal;
};

class FusedKeySwitch : public ::testing::TestWithParam<Case> {
 protected:
  [[nodiscard]] const Context& context() const { return engine_.context(); }
  [[nodiscard]] ring::Poly random(std::size_t level) const {
    return ring::uniform_poly(context().ring(), "test", base::Seed{}, level, level + 1, 0);
  }
  [[nodiscard]] LazyPair stepwise(const ring::Poly& c, const SwitchingKey& key) const {
    LazyPair pair = gadget_product_lazy(context(), gadget_decompose(context(), c), key);
    LazyPair result;
    mod_down(context(), pair, result.u0, result.u1);
    return result;
  }
  [[nodiscard]] LazyPair unset(std::size_t limbs) const {
    const ring::Poly poly(context().ring().n(), limbs, 0, ring::Domain::kEvaluation);
    return {poly, poly};
  }
  /// Copies rows to `result` and holds their order.
  [[nodiscard]] static RowSink into(LazyPair& result, std::size_t& words) {
    return [&result, &words](const SwitchedRow& row) {
      EXPECT_EQ(row.limb * result.u0.n() + row.begin, words);
      words += row.words;
      std::copy_n(row.u0 + row.begin, row.words, result.u0.limb(row.limb).data() + row.begin);
      std::copy_n(row.u1 + row.begin, row.words, result.u1.limb(row.limb).data() + row.begin);
    };
  }
  [[nodiscard]] LazyPair fused(const ring::Poly& c, const SwitchingKey& key) const {
    LazyPair result = unset(c.q_limbs());
    std::size_t words = 0;
    switch_key(context(), c, key, into(result, words));
    EXPECT_EQ(words, c.q_limbs() * c.n());
    return result;
  }
  static bool equal(const LazyPair& a, const LazyPair& b) {
    for (std::size_t i = 0; i < a.u0.limbs(); ++i) {
      if (!std::ranges::equal(a.u0.limb(i), b.u0.limb(i)) ||
          !std::ranges::equal(a.u1.limb(i), b.u1.limb(i))) {
        return false;
      }
    }
    return a.u0.limbs() == b.u0.limbs();
  }

  /// Of all coefficients, over all limbs.
  [[nodiscard]] std::int64_t largest_difference(const ring::Poly& a, const ring::Poly& b) const {
    ring::Poly difference;
    ring::subtract(context().ring(), a, b, difference);
    ring::to_coefficient(context().ring(), difference);
    std::int64_t largest = 0;
    for (std::size_t i = 0; i < difference.limbs(); ++i) {
      for (const std::uint64_t x : difference.limb(i)) {
        largest = std::max(largest, std::abs(ring::centred(x, context().q(i))));
      }
    }
    return largest;
  }

  Engine engine_{GetParam().literal};
};

INSTANTIATE_TEST_SUITE_P(
    Digits, FusedKeySwitch,
    ::testing::Values(Case{"One", {10, {50, 40, 40, 36, 45}, {50}, 1}},
                      Case{"Two", {11, {50, 40, 40, 36, 45}, {50, 50}, 2}},
                      Case{"Three", {12, {50, 40, 40, 36, 45}, {50, 50, 50}, 3}},
                      Case{"AllInOne", {13, {45, 40, 40, 36}, {50, 50, 50, 50}, 0}},
                      Case{"MorePThanDigits", {10, {50, 40, 40}, {50, 50, 50}, 1}}),
    [](const auto& instance) { return instance.param.name; });

TEST_P(FusedKeySwitch, EqualsItsThreeStepsBitForBit) {
  const std::size_t top = engine_.max_level();
  SwitchingKey key = owner::generate_relinearization_key(context(), engine_.secret(), top);
  for (std::size_t level = 0; level <= top; ++level) {
    const ring::Poly c = random(level);
    const LazyPair expected = stepwise(c, key);
    EXPECT_TRUE(equal(fused(c, key), expected)) << level;
  }
  const LazyPair before = stepwise(random(top), key);
  key.b.back().limb(top)[3] ^= 1;
  EXPECT_FALSE(equal(fused(random(top), key), before));
}

TEST_P(FusedKeySwitch, WithSeveralKeysEqualsOneByOne) {
  const std::size_t top = engine_.max_level();
  std::vector<SwitchingKey> keys;  // the first ends lower than the others
  for (std::size_t k = 0; k < 5; ++k) {
    keys.push_back(
        owner::generate_relinearization_key(context(), engine_.secret(), k == 0 ? top - 1 : top));
  }
  const ring::Poly c = random(top - 1);
  std::vector<LazyPair> results(keys.size(), unset(top));
  std::vector<std::size_t> words(keys.size());
  std::vector<KeyedSink> keyed;
  for (std::size_t k = 0; k < keys.size(); ++k) {
    keyed.push_back({&keys[k], into(results[k], words[k])});
  }
  switch_keys(context(), gadget_decompose(context(), c), keyed);
  for (std::size_t k = 0; k < keys.size(); ++k) {
    EXPECT_EQ(words[k], top * c.n()) << k;
    EXPECT_TRUE(equal(results[k], stepwise(c, keys[k]))) << k;
  }
  EXPECT_FALSE(equal(results[0], results[1]));
}

TEST_P(FusedKeySwitch, WithRescalingIsWithinOneOfTheTwoDivisions) {
  const std::size_t top = engine_.max_level();
  const SwitchingKey key = owner::generate_relinearization_key(context(), engine_.secret(), top);
  for (std::size_t level = 1; level <= top; ++level) {
    const ring::Poly c = random(level);
    const ring::Poly c0 =
        ring::uniform_poly(context().ring(), "test", base::Seed{}, 100, level + 1, 0);
    const ring::Poly c1 =
        ring::uniform_poly(context().ring(), "test", base::Seed{}, 101, level + 1, 0);
    LazyPair expected = stepwise(c, key);
    for (auto [u, addend] : {std::pair{&expected.u0, &c0}, std::pair{&expected.u1, &c1}}) {
      ring::add(context().ring(), *u, *addend, *u);
      context().rescaling(level).apply(context().ring(), *u, *u);
    }
    LazyPair result{expected.u0, expected.u1};
    std::size_t words = 0;
    switch_key_and_rescale(context(), c, key, c0, c1, into(result, words));
    EXPECT_EQ(words, level * c.n());
    // Both are integers within 1/2 + 2^-39 + 1/(2 q) of the same number.
    EXPECT_LE(largest_difference(result.u0, expected.u0), 1) << level;
    EXPECT_LE(largest_difference(result.u1, expected.u1), 1) << level;
    result.u0.limb(0)[5] ^= 1;
    EXPECT_GT(largest_difference(result.u0, expected.u0), 1) << level;
  }
  EXPECT_THROW(switch_key_and_rescale(context(), random(0), key, random(0), random(0), {}),
               base::Error);
}

TEST_P(FusedKeySwitch, RefusesAKeyThatEndsTooLow) {
  const std::size_t top = engine_.max_level();
  const SwitchingKey key =
      owner::generate_relinearization_key(context(), engine_.secret(), top - 1);
  EXPECT_THROW(static_cast<void>(fused(random(top), key)), base::Error);
}

}  // namespace
}  // namespace blindfit::rlwe
