// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ring/poly.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace blindfit::ring {
namespace {

Poly numbered(std::size_t q_limbs, std::size_t p_limbs) {
  Poly poly(1024, q_limbs, p_limbs, Domain::kCoefficient);
  for (std::size_t i = 0; i < poly.limbs(); ++i) {
    std::fill(poly.limb(i).begin(), poly.limb(i).end(), 100 + i);
  }
  return poly;
}

void expect_numbered(const Poly& poly) {
  for (std::size_t i = 0; i < poly.limbs(); ++i) {
    const auto limb = poly.limb(i);
    EXPECT_TRUE(std::all_of(limb.begin(), limb.end(), [i](auto x) { return x == 100 + i; })) << i;
  }
}

TEST(Poly, KeepsSpecialLimbsAfterTheOthers) {
  const Poly poly = numbered(3, 2);
  EXPECT_EQ(poly.limbs(), 5U);
  EXPECT_EQ(poly.limb(3).data(), poly.limb(2).data() + poly.n());
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(poly.limb(1).data()) % 64, 0U);
}

TEST(Poly, CopiesAreIndependent) {
  Poly a = numbered(3, 1);
  const Poly b = a;
  a.limb(0)[0] = 7;
  expect_numbered(b);
  EXPECT_EQ(b.domain(), Domain::kCoefficient);
}

TEST(Poly, CopiesHoldNoForgottenLimbs) {
  Poly a = numbered(6, 0);
  a.keep_q_limbs(2);
  const Poly b = a;
  EXPECT_EQ(b.limbs(), 2U);
  expect_numbered(b);
}

TEST(Poly, AnotherShapeKeepsWordsInTheirPlaceWhileThereIsRoom) {
  Poly a = numbered(4, 1);
  const std::uint64_t* storage = a.limb(0).data();
  a.reshape(a.n(), 2, 0, Domain::kEvaluation);
  EXPECT_EQ(a.limb(0).data(), storage);
  EXPECT_EQ(a.limbs(), 2U);
  EXPECT_EQ(a.domain(), Domain::kEvaluation);
  expect_numbered(a);
  a.reshape(a.n(), 6, 0, Domain::kEvaluation);
  EXPECT_EQ(a.limbs(), 6U);
  std::fill(a.limb(5).begin(), a.limb(5).end(), 1);  // is its own
}

TEST(Poly, AssignmentReusesRoomAndSurvivesItself) {
  Poly a = numbered(4, 0);
  const std::uint64_t* storage = a.limb(0).data();
  a = numbered(2, 1);  // a move takes the other's storage
  expect_numbered(a);
  const Poly small = numbered(1, 1);
  storage = a.limb(0).data();
  a = small;
  EXPECT_EQ(a.limb(0).data(), storage);
  EXPECT_EQ(a.p_limbs(), 1U);
  expect_numbered(a);
  const Poly large = numbered(9, 0);
  a = large;
  expect_numbered(a);
  const Poly& same = a;
  a = same;
  expect_numbered(a);
  EXPECT_EQ(a.q_limbs(), 9U);
}

TEST(Poly, MovesLeaveAnEmptyPolynomial) {
  Poly a = numbered(2, 2);
  const Poly b = std::move(a);
  expect_numbered(b);
  EXPECT_EQ(a.limbs(), 0U);  // NOLINT(bugprone-use-after-move): the contract says what is left
  EXPECT_EQ(a.n(), 0U);
  Poly c = numbered(1, 0);
  Poly d = numbered(3, 0);
  c = std::move(d);
  expect_numbered(c);
  EXPECT_EQ(c.q_limbs(), 3U);
  EXPECT_EQ(d.limbs(), 0U);  // NOLINT(bugprone-use-after-move)
  const Poly e = d;          // an empty one can be copied
  EXPECT_EQ(e.limbs(), 0U);
}

}  // namespace
}  // namespace blindfit::ring
