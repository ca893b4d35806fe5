// SPDX-License-Identifier: Apache-2.0
// Residues at the bit length of their prime: value i takes bits i*b .. i*b + b - 1 of a
// little-endian bit string (docs/format.md, "Residues").
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace blindfit::wire {

/// Bits of one residue modulo q.
constexpr unsigned residue_bits(std::uint64_t q) noexcept {
  return static_cast<unsigned>(std::bit_width(q));
}
/// Bytes of `count` residues; `count` is a multiple of 8, so that they end on a byte.
constexpr std::size_t packed_bytes(std::size_t count, unsigned bits) noexcept {
  return count / 8 * bits;
}

/// Packs words below 2^bits. Requires 1 <= bits <= 56, a count that is a multiple of 8 and
/// out.size() == packed_bytes(count, bits).
void pack(std::span<const std::uint64_t> words, unsigned bits,
          std::span<std::uint8_t> out) noexcept;

/// The inverse of pack; true iff every word is below `q`. Writes all words in any case. Requires
/// in.size() == packed_bytes(out.size(), residue_bits(q)) and q < 2^56.
[[nodiscard]] bool unpack(std::span<const std::uint8_t> in, std::uint64_t q,
                          std::span<std::uint64_t> out) noexcept;

}  // namespace blindfit::wire
