// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/bit_packing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "blindfit/base/csprng.h"

namespace blindfit::wire {
namespace {

/// `count` words below q, among them both extremes.
std::vector<std::uint64_t> words_below(std::uint64_t q, std::size_t count) {
  std::vector<std::uint64_t> words(count);
  base::random_bytes({reinterpret_cast<std::uint8_t*>(words.data()), count * 8});
  for (std::uint64_t& word : words) {
    word %= q;
  }
  words.front() = q - 1;
  words.back() = q - 1;
  words[1] = 0;
  return words;
}

TEST(BitPacking, ReturnsEveryWordAtEveryWidth) {
  for (unsigned bits = 1; bits <= 56; ++bits) {
    for (const std::size_t count : {8U, 16U, 56U, 64U, 72U, 1024U}) {
      const std::uint64_t q = (std::uint64_t{1} << bits) - (bits > 1 ? 1 : 0);
      const std::uint64_t largest = bits == 1 ? 1 : q;
      const std::vector<std::uint64_t> words = words_below(largest, count);
      std::vector<std::uint8_t> packed(packed_bytes(count, residue_bits(largest)));
      pack(words, residue_bits(largest), packed);
      std::vector<std::uint64_t> unpacked(count);
      EXPECT_TRUE(unpack(packed, largest, unpacked)) << bits << " bits, " << count << " words";
      EXPECT_EQ(unpacked, words) << bits << " bits, " << count << " words";
    }
  }
}

TEST(BitPacking, PutsTheFirstWordInTheLowestBits) {
  const std::vector<std::uint64_t> words = {1, 2, 3, 4, 5, 6, 7, 0};
  std::vector<std::uint8_t> packed(3);
  pack(words, 3, packed);
  // Bits, highest first: 000 111 110 101 100 011 010 001.
  EXPECT_EQ(packed, (std::vector<std::uint8_t>{0b11010001, 0b01011000, 0b00011111}));
}

TEST(BitPacking, RefusesOneWordNotBelowThePrimeWhereverItStands) {
  constexpr std::uint64_t kPrime = 65537;
  for (const std::size_t count : {8U, 72U, 200U}) {
    for (std::size_t at = 0; at < count; ++at) {
      std::vector<std::uint64_t> words(count, kPrime - 1);
      std::vector<std::uint8_t> packed(packed_bytes(count, 17));
      words[at] = kPrime;
      pack(words, 17, packed);
      EXPECT_FALSE(unpack(packed, kPrime, words)) << at << " of " << count;
    }
  }
}

}  // namespace
}  // namespace blindfit::wire
