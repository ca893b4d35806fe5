// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/bit_packing.h"

#include <cstring>

namespace blindfit::wire {
namespace {

// Eight words of b bits fill b bytes, so groups of eight start on a byte. Word k of a group starts
// at bit k*b; it spans at most 7 + 56 bits of the 64-bit load at its first byte.
constexpr std::size_t kGroup = 8;

std::uint64_t load(const std::uint8_t* from) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

/// Unpacks one group whose loads stay readable; returns words with the top bit set where a word is
/// not below q = limit + 1.
std::uint64_t unpack_group(const std::uint8_t* in, unsigned bits, std::uint64_t limit,
                           std::uint64_t* out) noexcept {
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  std::uint64_t excess = 0;
  for (unsigned k = 0; k < kGroup; ++k) {
    const unsigned bit = k * bits;
    const std::uint64_t word = (load(in + bit / 8) >> (bit % 8)) & mask;
    excess |= limit - word;  // both are below 2^56: the difference wraps iff word > limit
    out[k] = word;
  }
  return excess;
}

}  // namespace

void pack(std::span<const std::uint64_t> words, unsigned bits,
          std::span<std::uint8_t> out) noexcept {
  std::uint8_t* to = out.data();
  std::uint64_t pending = 0;
  unsigned filled = 0;
  for (const std::uint64_t word : words) {
    pending |= word << filled;
    filled += bits;
    if (filled >= 64) {
      std::memcpy(to, &pending, sizeof(pending));
      to += sizeof(pending);
      filled -= 64;
      pending = filled == 0 ? 0 : word >> (bits - filled);
    }
  }
  std::memcpy(to, &pending, filled / 8);
}

bool unpack(std::span<const std::uint8_t> in, std::uint64_t q,
            std::span<std::uint64_t> out) noexcept {
  const unsigned bits = residue_bits(q);
  const std::size_t groups = out.size() / kGroup;
  // A load may reach 8 bytes beyond the group, so the last groups are read from a padded copy.
  const std::size_t tail_groups = groups < 8 ? groups : 8;
  const std::size_t tail = groups - tail_groups;
  std::uint64_t excess = 0;
  for (std::size_t g = 0; g < tail; ++g) {
    excess |= unpack_group(in.data() + g * bits, bits, q - 1, out.data() + g * kGroup);
  }
  std::uint8_t padded[8 * 56 + sizeof(std::uint64_t)] = {};
  if (tail_groups != 0) {
    std::memcpy(padded, in.data() + tail * bits, tail_groups * bits);
  }
  for (std::size_t g = 0; g < tail_groups; ++g) {
    excess |= unpack_group(padded + g * bits, bits, q - 1, out.data() + (tail + g) * kGroup);
  }
  return excess >> 63U == 0;
}

}  // namespace blindfit::wire
