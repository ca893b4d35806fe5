// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <ostream>
#include <string>
#include <type_traits>
#include <vector>

#include "blindfit/base/aligned_buffer.h"

namespace blindfit::base {
namespace {

using Key = Secret<std::array<std::uint8_t, 32>>;

template <typename T>
concept Printable = requires(std::ostream& stream, const T& value) {
  stream << value;
};

static_assert(Printable<std::string> && !Printable<Secret<std::string>>);
static_assert(!std::is_copy_constructible_v<Key> && !std::is_copy_assignable_v<Key>);
static_assert(std::is_nothrow_move_constructible_v<Key> && std::is_nothrow_move_assignable_v<Key>);
static_assert(!std::is_convertible_v<Key, std::array<std::uint8_t, 32>>);

std::array<std::uint8_t, 32> ascending() {
  std::array<std::uint8_t, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(i + 1);
  }
  return bytes;
}

template <typename Bytes>
bool all_zero(const Bytes& bytes) {
  return std::all_of(std::begin(bytes), std::end(bytes), [](auto byte) { return byte == 0; });
}

std::size_t nonzero_bytes_freed = 0;

/// Counts the nonzero bytes in the memory that is given back to it.
template <typename T>
struct WitnessAllocator {
  using value_type = T;

  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(memory);
    nonzero_bytes_freed += static_cast<std::size_t>(std::count_if(
        bytes, bytes + count * sizeof(T), [](std::uint8_t byte) { return byte != 0; }));
    std::allocator<T>().deallocate(memory, count);
  }
  bool operator==(const WitnessAllocator&) const = default;
};
using WitnessedBytes = std::vector<std::uint8_t, WitnessAllocator<std::uint8_t>>;

TEST(Secret, HoldsItsValue) {
  auto bytes = ascending();
  const Key key(std::move(bytes));
  EXPECT_EQ(key.expose(), ascending());
}

TEST(Secret, WipesTheObjectThatItTakesOver) {
  auto bytes = ascending();
  const Key key(std::move(bytes));
  EXPECT_TRUE(all_zero(bytes));
}

TEST(Secret, WipesItsMemoryWhenDestroyed) {
  nonzero_bytes_freed = 0;
  {
    std::vector<Key, WitnessAllocator<Key>> keys;
    keys.reserve(3);
    for (int i = 0; i < 3; ++i) {
      keys.emplace_back(ascending());
    }
  }
  EXPECT_EQ(nonzero_bytes_freed, 0U);
}

TEST(Secret, WipesTheSourceOfAMove) {
  Key source(ascending());
  const Key target(std::move(source));
  EXPECT_EQ(target.expose(), ascending());
  EXPECT_TRUE(all_zero(source.expose()));
}

TEST(Secret, WipesTheSourceOfAnAssignment) {
  Key source(ascending());
  Key target;
  target = std::move(source);
  EXPECT_EQ(target.expose(), ascending());
  EXPECT_TRUE(all_zero(source.expose()));
}

TEST(Secret, SurvivesAssignmentToItself) {
  Key key(ascending());
  Key& same = key;
  key = std::move(same);
  EXPECT_EQ(key.expose(), ascending());
}

TEST(Secret, WipesAShortStringThatLeavesItsBytesInTheMovedObject) {
  std::string passphrase = "correct horse";
  const char* stored = passphrase.data();
  const Secret<std::string> secret(std::move(passphrase));
  EXPECT_EQ(secret.expose(), "correct horse");
  EXPECT_TRUE(all_zero(std::string(stored, 13)));
}

TEST(Secret, WipesAVectorBeforeItsMemoryIsFreed) {
  nonzero_bytes_freed = 0;
  { const Secret<WitnessedBytes> secret(WitnessedBytes(64, 0x55)); }
  EXPECT_EQ(nonzero_bytes_freed, 0U);
  { const WitnessedBytes plain(64, 0x55); }  // control: the witness sees what is not wiped
  EXPECT_EQ(nonzero_bytes_freed, 64U);
}

TEST(Secret, WipesBeyondTheEndOfAVectorThatShrank) {
  nonzero_bytes_freed = 0;
  {
    Secret<WitnessedBytes> secret(WitnessedBytes(64, 0x55));
    secret.expose().resize(1);
  }
  EXPECT_EQ(nonzero_bytes_freed, 0U);
}

TEST(Secret, WipesTheValueThatAnAssignmentReplaces) {
  nonzero_bytes_freed = 0;
  {
    Secret<WitnessedBytes> secret(WitnessedBytes(64, 0x55));
    secret = Secret<WitnessedBytes>(WitnessedBytes(32, 0x66));
    EXPECT_EQ(secret.expose().size(), 32U);
    EXPECT_EQ(secret.expose().back(), 0x66);
  }
  EXPECT_EQ(nonzero_bytes_freed, 0U);
}

TEST(Secret, HoldsAnAlignedBuffer) {
  AlignedBuffer words(8);
  std::fill(words.data(), words.data() + words.size(), 7);
  Secret<AlignedBuffer> source(std::move(words));
  const Secret<AlignedBuffer> target(std::move(source));
  ASSERT_EQ(target.expose().size(), 8U);
  EXPECT_EQ(target.expose().data()[7], 7U);
  EXPECT_EQ(source.expose().size(), 0U);
}

TEST(Secret, ComparesEveryByte) {
  const Key key(ascending());
  EXPECT_TRUE(key == Key(ascending()));
  for (std::size_t i = 0; i < 32; ++i) {
    auto other = ascending();
    other[i] ^= 0x80;
    EXPECT_FALSE(key == Key(std::move(other))) << i;
  }
  using Bytes = std::vector<std::uint8_t>;
  EXPECT_FALSE(Secret<Bytes>(Bytes(3)) == Secret<Bytes>(Bytes(4)));
  EXPECT_TRUE(Secret<Bytes>(Bytes{}) == Secret<Bytes>(Bytes{}));
}

}  // namespace
}  // namespace blindfit::base
