// SPDX-License-Identifier: Apache-2.0
// What disks, networks and attackers do to files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace blindfit::testing {

using Bytes = std::vector<std::uint8_t>;

/// A copy with one bit inverted; bit i is bit i % 8 of byte i / 8.
Bytes with_bit_flipped(std::span<const std::uint8_t> bytes, std::size_t bit);

/// A copy whose bytes from `offset` on are replaced by those of `value`, little endian.
template <typename T>
Bytes with_field(std::span<const std::uint8_t> bytes, std::size_t offset, T value) {
  Bytes result(bytes.begin(), bytes.end());
  const auto* source = reinterpret_cast<const std::uint8_t*>(&value);
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    result.at(offset + i) = source[i];
  }
  return result;
}

/// A copy with the checksum that the rest deserves: a forger's file.
Bytes with_fresh_checksum(Bytes bytes);

/// Calls `accepts` on every truncation of `bytes`, then on every copy with one bit flipped; returns
/// what was accepted, e.g. "first 17 bytes" or "bit 3 of byte 90".
std::vector<std::string> accepted_damage(std::span<const std::uint8_t> bytes,
                                         const std::function<bool(const Bytes&)>& accepts);

}  // namespace blindfit::testing
