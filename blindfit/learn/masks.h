// SPDX-License-Identifier: Apache-2.0
// The public masks of training and inference, named rather than spelt out where machines know how
// to make them.
#pragma once

#include <cstddef>
#include <span>

#include "blindfit/matrix/packing.h"

namespace blindfit::learn {

/// matrix::bundle_mask, times slot_signs: packed weights stand under signs.
struct BundleMask {
  matrix::Bundle bundle;
  double value = 1;
};
/// matrix::label_mask.
struct LabelMask {
  std::size_t k = 0;
  double value = 1;
};
/// matrix::part_mask.
struct PartMask {
  matrix::PartRange range;
};
/// matrix::block_mask.
struct BlockMask {
  std::size_t block = 0;
  double value = 1;
};
/// Spelt out: weights of a plain head.
struct PlainMask {
  std::span<const double> slots;
};

/// slot_signs themselves.
struct SignMask {};

}  // namespace blindfit::learn
