// SPDX-License-Identifier: Apache-2.0
// Hybrid key switching [han2020better, Sec. 3] in its three steps, so that hoisting can share the
// first and the last.
#pragma once

#include <cstdint>
#include <vector>

#include "blindfit/rlwe/switching_key.h"

namespace blindfit::rlwe {

/// A polynomial at some level written over the gadget: one polynomial over QP per digit, evaluation
/// domain.
struct Decomposition {
  std::vector<ring::Poly> digits;

  [[nodiscard]] std::size_t level() const noexcept { return digits.front().q_limbs() - 1; }
};

/// The limbs of c that make digit d: [first, last).
struct LimbRange {
  std::size_t first;
  std::size_t last;

  [[nodiscard]] bool contains(std::size_t i) const noexcept { return i >= first && i < last; }
};
LimbRange own_limbs(const Context& context, const ring::Poly& c, std::size_t d);

/// Digit d of c, prepared for Context::digit_extension(d, size of own_limbs). Cost: its size in
/// inverse NTTs.
base::AlignedBuffer prepare_digit(const Context& context, const ring::Poly& c, std::size_t d);

/// Extends each digit of `c` from its primes to q_0 .. q_level and all p (mod_up, centred).
/// In: evaluation domain, level l. Cost: l + 1 inverse and digits * (l + 1 + p_count) - (l + 1)
/// forward NTTs.
Decomposition gadget_decompose(const Context& context, const ring::Poly& c);

/// The limb of a part of a key that meets limb i of a polynomial over QP with that many q-limbs:
/// the key may stand at a higher level, which moves its special limbs up.
[[nodiscard]] inline std::size_t limb_of_key(const ring::Poly& part, std::size_t q_limbs,
                                             std::size_t i) {
  return i < q_limbs ? i : i - q_limbs + part.q_limbs();
}
/// Throws Error{kKeyMissing} if the key ends below `level`.
void require_level(const SwitchingKey& key, std::size_t level);

/// A pair of polynomials over QP: what a gadget product yields before mod_down.
struct LazyPair {
  ring::Poly u0;
  ring::Poly u1;
};
/// u_0 + u_1 t = P c s + noise over QP for c's decomposition and a key from s to t. Cost: 2 *
/// digits products a limb. Throws Error{kKeyMissing} if the key ends below the decomposition's
/// level.
LazyPair gadget_product_lazy(const Context& context, const Decomposition& c,
                             const SwitchingKey& key);

/// Limb i of the same product, for callers that consume it while it is in the cache. `u0` and `u1`
/// are one limb each and alias nothing. The caller has checked that the key reaches c's level.
void gadget_product_limb(const Context& context, const Decomposition& c, const SwitchingKey& key,
                         std::size_t i, std::uint64_t* u0, std::uint64_t* u1);

/// Divides both by P with rounding. Cost: 2 * (p_count + level + 1)
/// NTTs.
void mod_down(const Context& context, const LazyPair& pair, ring::Poly& out0, ring::Poly& out1);

}  // namespace blindfit::rlwe
