// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ring/uniform_sampler.h"

#include <array>
#include <bit>
#include <cstring>

namespace blindfit::ring {
namespace {

void fill_below(std::span<std::uint64_t> limb, std::uint64_t q, base::SeededStream& stream) {
  constexpr std::size_t kBlockWords = 512;
  std::array<std::uint64_t, kBlockWords> block;
  const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(q);
  std::size_t filled = 0;
  while (filled < limb.size()) {
    stream.read({reinterpret_cast<std::uint8_t*>(block.data()), sizeof(block)});
    for (std::size_t i = 0; i < kBlockWords && filled < limb.size(); ++i) {
      // The candidate is always written and only kept if it is below q, which avoids an
      // unpredictable branch.
      const std::uint64_t candidate = block[i] & mask;
      limb[filled] = candidate;
      filled += static_cast<std::size_t>(candidate < q);
    }
  }
}

}  // namespace

void fill_uniform(const RingContext& ring, const UniformSource& source, std::size_t modulus_index,
                  std::span<std::uint64_t> limb) {
  static_assert(std::endian::native == std::endian::little, "the stream is little endian");
  base::SeededStream stream(source.domain, source.seed, (source.stream << 16U) | modulus_index);
  fill_below(limb, ring.modulus(modulus_index).value, stream);
}

Poly uniform_poly(const RingContext& ring, std::string_view domain, const base::Seed& seed,
                  std::uint64_t stream, std::size_t q_limbs, std::size_t p_limbs) {
  Poly poly(ring.n(), q_limbs, p_limbs, Domain::kEvaluation);
  for (std::size_t i = 0; i < poly.limbs(); ++i) {
    fill_uniform(ring, {domain, seed, stream}, ring.index(poly, i), poly.limb(i));
  }
  return poly;
}

}  // namespace blindfit::ring
