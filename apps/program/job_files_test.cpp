// SPDX-License-Identifier: Apache-2.0
#include "apps/program/job_files.h"

#include <gtest/gtest.h>

#include <set>

#include "blindfit/base/error.h"

namespace blindfit::program {
namespace {

using wire::RoleKind;

TEST(JobFiles, NameCiphertextsByTheirRole) {
  EXPECT_EQ(ciphertext_file({RoleKind::kData, 12345, {}}), "data-12345.ct");
  EXPECT_EQ(ciphertext_file({RoleKind::kLabelProduct, 0, {}}), "label-product.ct");
  EXPECT_EQ(ciphertext_file({RoleKind::kWeights, 1, {}}), "weights-01.ct");
  EXPECT_EQ(ciphertext_file({RoleKind::kQueryRows, 1, {}}), "query-0001.ct");
  EXPECT_EQ(ciphertext_file({RoleKind::kLogits, 1, {}}), "logits-0001.ct");
}

TEST(JobFiles, HaveNamesOfTheirOwn) {
  constexpr auto kLast = static_cast<std::uint32_t>(RoleKind::kLogits);
  std::set<std::string> names;
  for (std::uint32_t kind = 1; kind <= kLast; ++kind) {
    EXPECT_TRUE(names.insert(ciphertext_file({static_cast<RoleKind>(kind), 1, {}})).second) << kind;
  }
  EXPECT_THROW((void)ciphertext_file({RoleKind::kNone, 1, {}}), base::Error);
  EXPECT_THROW((void)ciphertext_file({static_cast<RoleKind>(kLast + 1), 1, {}}), base::Error);
}

}  // namespace
}  // namespace blindfit::program
