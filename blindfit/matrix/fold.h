// SPDX-License-Identifier: Apache-2.0
// Sums and replications inside a tile as short sequences of "sum of rotations" stages of radix 4
// (docs/notes/0004-tiles.md).
#pragma once

#include <cstddef>
#include <vector>

#include "blindfit/ckks/rotate.h"

namespace blindfit::matrix {

/// One stage: out = sum over steps of the rotations of in. Every list contains 0.
using FoldStage = std::vector<ckks::Steps>;

/// The sum over `count` (a power of two) positions `stride` apart: out[g] = sum_{i < count} in[g +
/// stride * i]. Cyclic, so where stride * count is the number of slots, every slot gets the sum
/// over its residue class.
std::vector<FoldStage> fold_stages(std::size_t count, std::size_t stride);

/// Inside blocks of `count` slots: out[b * count + lane] = sum_i in[b * count + i]; what other
/// slots get is meaningless. The steps of lane l in stage s are (i - digit_s(l)) * 4^s, so each
/// stage keeps one unrotated term.
std::vector<FoldStage> fold_to_lane(std::size_t count, std::size_t lane);

/// The transpose: if `in` is zero except at slots b * count + lane, out[b * count + i] = in[b *
/// count + lane] for all i.
std::vector<FoldStage> spread_from_lane(std::size_t count, std::size_t lane);

}  // namespace blindfit::matrix
