// SPDX-License-Identifier: Apache-2.0
// Uniform polynomials from public seeds: the halves of keys and uploads that travel as 32 bytes.
// The exact bytes are part of docs/format.md, so that any language can expand them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "blindfit/base/csprng.h"
#include "blindfit/ring/ring_context.h"

namespace blindfit::ring {

/// Where uniform polynomials come from.
struct UniformSource {
  std::string_view domain;
  const base::Seed& seed;
  std::uint64_t stream;
};

/// One limb of uniform_poly: that of modulus index m is drawn from SeededStream(domain, seed,
/// (stream << 16) | m): successive little-endian 64-bit words are masked to the bit length of the
/// prime, and values not below the prime are rejected. Limbs are independent of which others are
/// drawn, so a key truncated to a lower level is the prefix of the full one.
void fill_uniform(const RingContext& ring, const UniformSource& source, std::size_t modulus_index,
                  std::span<std::uint64_t> limb);
/// A polynomial of such limbs in the evaluation domain.
Poly uniform_poly(const RingContext& ring, std::string_view domain, const base::Seed& seed,
                  std::uint64_t stream, std::size_t q_limbs, std::size_t p_limbs);

}  // namespace blindfit::ring
