// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/aligned_buffer.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

namespace blindfit::base {
namespace {

AlignedBuffer ascending(std::size_t size) {
  AlignedBuffer buffer(size);
  std::iota(buffer.data(), buffer.data() + size, std::uint64_t{1});
  return buffer;
}

TEST(AlignedBuffer, StartsOnACacheLine) {
  for (const std::size_t size : {1U, 7U, 8U, 9U, 1000U, 65536U}) {
    const AlignedBuffer buffer(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % AlignedBuffer::kAlignment, 0U);
    EXPECT_EQ(buffer.size(), size);
  }
}

TEST(AlignedBuffer, OwnsNoMemoryWhenEmpty) {
  EXPECT_EQ(AlignedBuffer(0).data(), nullptr);
  const AlignedBuffer empty;
  const AlignedBuffer copy = empty;
  EXPECT_EQ(copy.data(), nullptr);
  EXPECT_EQ(copy.size(), 0U);
}

TEST(AlignedBuffer, CopiesItsWords) {
  const AlignedBuffer original = ascending(9);
  AlignedBuffer copy = original;
  EXPECT_NE(copy.data(), original.data());
  EXPECT_EQ(copy.data()[8], 9U);
  copy.data()[8] = 0;
  EXPECT_EQ(original.data()[8], 9U);
}

TEST(AlignedBuffer, MovesItsMemory) {
  AlignedBuffer original = ascending(9);
  const std::uint64_t* memory = original.data();
  const AlignedBuffer moved = std::move(original);
  EXPECT_EQ(moved.data(), memory);
  EXPECT_EQ(moved.size(), 9U);
  EXPECT_EQ(original.data(), nullptr);
  EXPECT_EQ(original.size(), 0U);
}

TEST(AlignedBuffer, AssignsFromItselfAndFromAnotherSize) {
  AlignedBuffer buffer = ascending(9);
  const AlignedBuffer& same = buffer;
  buffer = same;
  EXPECT_EQ(buffer.data()[8], 9U);
  buffer = ascending(20);
  EXPECT_EQ(buffer.size(), 20U);
  EXPECT_EQ(buffer.data()[19], 20U);
  AlignedBuffer source = ascending(3);
  buffer = std::move(source);
  EXPECT_EQ(buffer.size(), 3U);
  EXPECT_EQ(source.size(), 0U);  // NOLINT(bugprone-use-after-move): that is the contract
}

TEST(AlignedBuffer, ThrowsWhenMemoryIsExhausted) {
  constexpr std::size_t kLargest = std::numeric_limits<std::size_t>::max();
  EXPECT_THROW(AlignedBuffer{kLargest}, std::bad_alloc);
  EXPECT_THROW(AlignedBuffer{kLargest / 8}, std::bad_alloc);
  // 8 times this is 2^64 + 8: a product that wraps would ask for 8 bytes and get them.
  EXPECT_THROW(AlignedBuffer{kLargest / 8 + 2}, std::bad_alloc);
}

}  // namespace
}  // namespace blindfit::base
