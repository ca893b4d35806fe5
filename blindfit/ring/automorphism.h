// SPDX-License-Identifier: Apache-2.0
// The automorphisms X -> X^g. In the evaluation domain they only permute values.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "blindfit/ring/ring_context.h"

namespace blindfit::ring {

/// An odd g in [1, 2N): the exponent of X -> X^g.
struct GaloisElement {
  std::uint32_t value = 1;
  auto operator<=>(const GaloisElement&) const = default;
};
/// The element whose automorphism undoes that of g.
GaloisElement inverse(GaloisElement g, unsigned log_n);

/// out = automorphism(in) on values in bit-reversed order is out[i] = in[index[i]].
struct Automorphism {
  GaloisElement element;
  std::vector<std::uint32_t> index;
};
/// Cost: about 2N word operations; callers keep it beside the key of the same element.
Automorphism make_automorphism(GaloisElement g, unsigned log_n);

/// Where the aligned block of `words` words (a power of two, at least 8) that begins at word
/// `begin` goes: to such a block, permuted inside it (note 0002).
std::size_t destination(const Automorphism& automorphism, std::size_t begin, std::size_t words);

/// Permutes every limb. Evaluation domain in and out; `out` must not alias `in`.
void apply_automorphism(const RingContext& ring, const Automorphism& automorphism, const Poly& in,
                        Poly& out);

}  // namespace blindfit::ring
