// SPDX-License-Identifier: Apache-2.0
#include "blindfit/testing/damaged_bytes.h"

#include <algorithm>

#include "blindfit/base/csprng.h"

namespace blindfit::testing {

Bytes with_bit_flipped(std::span<const std::uint8_t> bytes, std::size_t bit) {
  Bytes result(bytes.begin(), bytes.end());
  result.at(bit / 8) = static_cast<std::uint8_t>(result.at(bit / 8) ^ (1U << (bit % 8)));
  return result;
}

Bytes with_fresh_checksum(Bytes bytes) {
  const std::size_t length = bytes.size() - std::tuple_size_v<base::Digest>;
  const base::Digest digest = base::blake2b(std::span<const std::uint8_t>(bytes).first(length));
  std::copy(digest.begin(), digest.end(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
  return bytes;
}

std::vector<std::string> accepted_damage(std::span<const std::uint8_t> bytes,
                                         const std::function<bool(const Bytes&)>& accepts) {
  std::vector<std::string> accepted;
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const std::span<const std::uint8_t> part = bytes.first(length);
    if (accepts(Bytes(part.begin(), part.end()))) {
      accepted.push_back("first " + std::to_string(length) + " bytes");
    }
  }
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    if (accepts(with_bit_flipped(bytes, bit))) {
      accepted.push_back("bit " + std::to_string(bit % 8) + " of byte " + std::to_string(bit / 8));
    }
  }
  return accepted;
}

}  // namespace blindfit::testing
