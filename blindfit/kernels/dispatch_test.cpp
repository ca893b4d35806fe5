// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <string>

#include "blindfit/kernels/kernel_test_cases.h"
#include "gmock/gmock.h"

namespace blindfit::kernels::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

// Sets BLINDFIT_KERNELS, or unsets it for nullptr, and restores it at the end.
class ForcedKernels {
 public:
  explicit ForcedKernels(const char* name) {
    const char* old = std::getenv(kVariable);
    was_set_ = old != nullptr;
    if (was_set_) {
      old_ = old;
    }
    set(name);
  }
  ForcedKernels(const ForcedKernels&) = delete;
  ForcedKernels& operator=(const ForcedKernels&) = delete;
  ~ForcedKernels() { set(was_set_ ? old_.c_str() : nullptr); }

 private:
  static constexpr const char* kVariable = "BLINDFIT_KERNELS";
  static void set(const char* name) {
    if (name != nullptr) {
      ::setenv(kVariable, name, 1);
    } else {
      ::unsetenv(kVariable);
    }
  }
  bool was_set_ = false;
  std::string old_;
};

TEST(Dispatch, SupportedFamiliesEndWithScalar) {
  ASSERT_FALSE(supported_kernels().empty());
  EXPECT_EQ(supported_kernels().back()->name, "scalar");
}

TEST(Dispatch, EverySupportedFamilyIsFoundByName) {
  for (const KernelTable* table : supported_kernels()) {
    EXPECT_EQ(find_kernels(table->name).value(), table);
  }
}

TEST(Dispatch, EveryEntryOfEverySupportedFamilyIsSet) {
  for (const KernelTable* t : supported_kernels()) {
    EXPECT_TRUE(t->ntt_table_words && t->ntt_build_table && t->forward_ntt && t->inverse_ntt);
    EXPECT_TRUE(t->add && t->subtract && t->negate && t->multiply && t->multiply_add);
    EXPECT_TRUE(t->multiply_scalar && t->multiply_scalar_add && t->subtract_multiply_scalar);
    EXPECT_TRUE(t->dot_pair && t->reduce && t->reduce_centred && t->overflow_count);
    EXPECT_TRUE(t->extend && t->permute && t->permute_add);
  }
}

TEST(Dispatch, KnownFamilyThatTheCpuLacksIsRefusedAsUnsupported) {
  bool lacking = false;
  for (const char* name : {"avx512ifma", "avx2"}) {
    const base::Result<const KernelTable*> found = find_kernels(name);
    if (found.ok()) {
      continue;
    }
    lacking = true;
    EXPECT_EQ(found.error().code(), base::ErrorCode::kUnsupportedCpu);
    EXPECT_THAT(found.error().what(), EndsWith(name));
  }
  if (!lacking) {
    GTEST_SKIP() << "this CPU runs every family";
  }
}

TEST(Dispatch, UnknownFamilyIsRefusedAndTheSupportedOnesAreListed) {
  const base::Result<const KernelTable*> found = find_kernels("sse9");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code(), base::ErrorCode::kInvalidArgument);
  EXPECT_THAT(found.error().what(), HasSubstr("'sse9'"));
  for (const KernelTable* table : supported_kernels()) {
    EXPECT_THAT(found.error().what(), HasSubstr(std::string(table->name)));
  }
}

TEST(Dispatch, DefaultIsTheBestFamilyWhenNothingIsForced) {
  const ForcedKernels nothing(nullptr);
  EXPECT_EQ(default_kernels().value(), supported_kernels().front());
}

TEST(Dispatch, ForcedNameIsHonoured) {
  for (const KernelTable* table : supported_kernels()) {
    const ForcedKernels forced(std::string(table->name).c_str());
    EXPECT_EQ(default_kernels().value(), table);
  }
}

TEST(Dispatch, ForcedUnknownNameIsAnErrorRatherThanAFallback) {
  for (const char* name : {"neon", "", "SCALAR"}) {
    const ForcedKernels forced(name);
    const base::Result<const KernelTable*> found = default_kernels();
    ASSERT_FALSE(found.ok()) << name;
    EXPECT_EQ(found.error().code(), base::ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace blindfit::kernels::test
