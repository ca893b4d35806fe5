// SPDX-License-Identifier: Apache-2.0
// Key switching in one go: the three steps of key_switch.h row by row, so that what lies between
// them stays in the first caches. The same bits at two thirds of the memory traffic
// (docs/notes/0009-key-switching-and-memory.md).
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "blindfit/rlwe/key_switch.h"

namespace blindfit::rlwe {

/// A row of limb `limb` of a switched pair, evaluation domain: `words` words from word `begin` on.
struct SwitchedRow {
  std::size_t limb;
  std::size_t begin;
  std::size_t words;
  /// The limbs, of which nothing but this row is the pair's.
  std::uint64_t* u0;
  std::uint64_t* u1;
};
/// Takes a row while it is in the first cache; may overwrite it.
using RowSink = std::function<void(const SwitchedRow&)>;

/// Hands mod_down(gadget_product_lazy(gadget_decompose(c), key)) to `sink`, each row of limbs 0 ..
/// level of c once, in order. In: evaluation domain. `sink` may write to `c` only rows that it has
/// been handed. Memory: at most (level + 1) + 4 p_count + 9 (digits + 2) limbs. Throws as
/// gadget_product_lazy.
void switch_key(const Context& context, const ring::Poly& c, const SwitchingKey& key,
                const RowSink& sink);

/// A key and what becomes of its pair.
struct KeyedSink {
  const SwitchingKey* key;
  RowSink sink;
};
/// The same for several keys and a decomposition made once for all (hoisting). Keys take part in
/// pairs, so that rows of digits and tables of transforms are read once for two.
void switch_keys(const Context& context, const Decomposition& c, std::span<const KeyedSink> keys);

/// Hands (c0 + u0, c1 + u1) / q_level to `sink`, u0 and u1 being what switch_key would hand over:
/// rows of limbs 0 .. level - 1. One division by P q_level where a key switch and a rescaling make
/// two: 2 * (level + 1) NTTs less, and one rounding. c0 and c1 stand at c's level; `sink` may write
/// to their rows that it has been handed. Throws Error{kLevelExhausted} at level 0, else as
/// switch_key.
void switch_key_and_rescale(const Context& context, const ring::Poly& c, const SwitchingKey& key,
                            const ring::Poly& c0, const ring::Poly& c1, const RowSink& sink);

}  // namespace blindfit::rlwe
