// SPDX-License-Identifier: Apache-2.0
// Key switching in one go: the three steps of key_switch.h row by row, so that what lies between
// them stays in the first caches. The same bits at two thirds of the memory traffic
// (docs/notes/0009-key-switching-and-memory.md).
#pragma once

#include <cstdint>
#include <functional>

#include "blindfit/rlwe/key_switch.h"

namespace blindfit::rlwe {

/// Takes limb i of a switched pair, evaluation domain, while it is in the cache; may overwrite
/// both.
using LimbSink = std::function<void(std::size_t i, std::uint64_t* u0, std::uint64_t* u1)>;

/// Hands mod_down(gadget_product_lazy(gadget_decompose(c), key)) to `sink`, each limb once, i = 0
/// .. level of c. In: evaluation domain. `sink` may write to `c` only limbs that it has been
/// handed. Memory: at most (level + 1) + 4 p_count + 9 (digits + 2)
/// limbs. Throws as gadget_product_lazy.
void switch_key(const Context& context, const ring::Poly& c, const SwitchingKey& key,
                const LimbSink& sink);

/// The same for a decomposition made once for several keys (hoisting).
void switch_key(const Context& context, const Decomposition& c, const SwitchingKey& key,
                const LimbSink& sink);

/// Hands (c0 + u0, c1 + u1) / q_level to `sink`, u0 and u1 being what switch_key would hand over:
/// limbs i = 0 .. level - 1. One division by P q_level where a key switch and a rescaling make two:
/// 2 * (level + 1) NTTs less, and one rounding. c0 and c1 stand at c's level; `sink` may write to
/// their limbs that it has been handed. Throws Error{kLevelExhausted} at level 0, else as
/// switch_key.
void switch_key_and_rescale(const Context& context, const ring::Poly& c, const SwitchingKey& key,
                            const ring::Poly& c0, const ring::Poly& c1, const LimbSink& sink);

}  // namespace blindfit::rlwe
