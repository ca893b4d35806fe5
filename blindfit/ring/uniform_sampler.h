// SPDX-License-Identifier: Apache-2.0
// Uniform polynomials from public seeds: the halves of keys and uploads that travel as 32 bytes.
// The exact bytes are part of docs/format.md, so that any language can expand them.
#pragma once

#include <string_view>

#include "blindfit/base/csprng.h"
#include "blindfit/ring/ring_context.h"

namespace blindfit::ring {

/// A polynomial in the evaluation domain whose limb of modulus index m is drawn from
/// SeededStream(domain, seed, (stream << 16) | m): successive little-endian 64-bit words are masked
/// to the bit length of the prime, and values not below the prime are rejected. Limbs are
/// independent of which others are drawn, so a key truncated to a lower level is the prefix of the
/// full one.
Poly uniform_poly(const RingContext& ring, std::string_view domain, const base::Seed& seed,
                  std::uint64_t stream, std::size_t q_limbs, std::size_t p_limbs);

}  // namespace blindfit::ring
