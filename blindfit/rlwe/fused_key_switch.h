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
/// handed. Memory: digits * (level + 1 + p_count) + 2 * (level + 1 + p_count) limbs. Throws as
/// gadget_product_lazy.
void switch_key(const Context& context, const ring::Poly& c, const SwitchingKey& key,
                const LimbSink& sink);

/// The same for a decomposition made once for several keys (hoisting).
void switch_key(const Context& context, const Decomposition& c, const SwitchingKey& key,
                const LimbSink& sink);

}  // namespace blindfit::rlwe
