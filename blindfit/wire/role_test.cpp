// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/role.h"

#include <gtest/gtest.h>

#include <set>

namespace blindfit::wire {
namespace {

constexpr auto kLast = static_cast<std::uint32_t>(RoleKind::kLogits);

TEST(Role, HasANumberOfItsOwnInTheFormat) {
  EXPECT_EQ(static_cast<std::uint32_t>(RoleKind::kQueryRows), 13U);
  EXPECT_EQ(kLast, 14U);
}

TEST(Role, IsCalledByANameOfItsOwn) {
  std::set<std::string> names;
  for (std::uint32_t kind = 0; kind <= kLast + 1; ++kind) {
    EXPECT_TRUE(names.insert(to_string({static_cast<RoleKind>(kind), 0, {}})).second) << kind;
  }
  EXPECT_TRUE(names.contains("unknown role"));  // what is past the last one
  EXPECT_EQ(to_string({RoleKind::kQueryRows, 3, {}}), "query rows 3");
  EXPECT_EQ(to_string({RoleKind::kLogits, 12, {}}), "logits 12");
  EXPECT_EQ(to_string({RoleKind::kStart, 0, {}}), "start");
}

}  // namespace
}  // namespace blindfit::wire
