// SPDX-License-Identifier: Apache-2.0
// The fused key switch against its three steps, bit for bit, at every level and row count.
#include "blindfit/rlwe/fused_key_switch.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "blindfit/owner/key_generation.h"
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
  template <typename Operand>
  [[nodiscard]] LazyPair fused(const Operand& c, std::size_t level, const SwitchingKey& key) const {
    const ring::Poly unset(context().ring().n(), level + 1, 0, ring::Domain::kEvaluation);
    LazyPair result{unset, unset};
    std::size_t next = 0;
    switch_key(context(), c, key,
               [&](std::size_t i, const std::uint64_t* u0, const std::uint64_t* u1) {
                 EXPECT_EQ(i, next++);
                 std::copy_n(u0, context().ring().n(), result.u0.limb(i).data());
                 std::copy_n(u1, context().ring().n(), result.u1.limb(i).data());
               });
    EXPECT_EQ(next, level + 1);
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
    EXPECT_TRUE(equal(fused(c, level, key), expected)) << level;
    EXPECT_TRUE(equal(fused(gadget_decompose(context(), c), level, key), expected)) << level;
  }
  const LazyPair before = stepwise(random(top), key);
  key.b.back().limb(top)[3] ^= 1;
  EXPECT_FALSE(equal(fused(random(top), top, key), before));
}

TEST_P(FusedKeySwitch, RefusesAKeyThatEndsTooLow) {
  const std::size_t top = engine_.max_level();
  const SwitchingKey key =
      owner::generate_relinearization_key(context(), engine_.secret(), top - 1);
  EXPECT_THROW(static_cast<void>(fused(random(top), top, key)), base::Error);
}

}  // namespace
}  // namespace blindfit::rlwe
