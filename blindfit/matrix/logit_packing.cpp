// SPDX-License-Identifier: Apache-2.0
#include "blindfit/matrix/logit_packing.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "blindfit/base/error.h"

namespace blindfit::matrix {
namespace {

/// Lanes begin to end - 1 stand in one part.
struct LaneRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

LaneRange lanes_of(const Tiling& tiling, std::size_t part) {
  const std::size_t f = tiling.tile.features;
  return {part * f, std::min(tiling.classes, (part + 1) * f)};
}

/// The class that lane k holds at row i of a tile.
std::size_t class_at(const Tiling& tiling, std::size_t k, std::size_t i) {
  const ClassGroup group = tiling.group_of(k);
  return class_in_part(group, k, i / tiling.part_rows(group));
}

/// Calls put(slot, row, k) for every slot of `which` that may hold a logit: `row` is that of its
/// real part, k its class.
template <typename Put>
void for_each_logit(const Tiling& tiling, const LogitPart& which, Put put) {
  const std::size_t r = tiling.tile.rows;
  const LaneRange lanes = lanes_of(tiling, which.part);
  for (std::size_t k = lanes.begin; k < lanes.end; ++k) {
    for (std::size_t i = 0; i < r; ++i) {
      put(tiling.tile.slot(i, k - lanes.begin), 2 * which.pair * r + i, class_at(tiling, k, i));
    }
  }
}

}  // namespace

std::size_t logit_parts(const Tiling& tiling) noexcept {
  return (tiling.classes + tiling.tile.features - 1) / tiling.tile.features;
}

std::vector<double> block_mask(const TileShape& tile, std::size_t block, double value) {
  std::vector<double> mask(tile.slots(), 0.0);
  std::fill_n(mask.begin() + static_cast<std::ptrdiff_t>(tile.slot(0, block)), tile.rows, value);
  return mask;
}

std::vector<double> spread_weights(const Tiling& tiling, MatrixView weights, std::size_t k,
                                   std::size_t feature_tile) {
  if (weights.rows != tiling.classes || weights.columns != tiling.features) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "weights must be classes x features, " + std::to_string(tiling.classes) +
                          " x " + std::to_string(tiling.features) + ": " +
                          std::to_string(weights.rows) + " x " + std::to_string(weights.columns));
  }
  const std::size_t first = feature_tile * tiling.tile.features;
  const std::size_t end = std::min(tiling.features, first + tiling.tile.features);
  const ClassGroup group = tiling.group_of(k);
  const std::size_t part = tiling.part_rows(group);
  std::vector<double> slots(tiling.tile.slots(), 0.0);
  for (std::size_t g = first; g < end; ++g) {
    for (std::size_t q = 0; q < group.size; ++q) {
      std::fill_n(
          slots.begin() + static_cast<std::ptrdiff_t>(tiling.tile.slot(q * part, g - first)), part,
          weights.at(class_in_part(group, k, q), g));
    }
  }
  return slots;
}

void unpack_logits(const Tiling& tiling, const LogitPart& which,
                   std::span<const std::complex<double>> slots, std::span<double> logits) {
  if (logits.size() != tiling.rows * tiling.classes) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "there must be a logit for every row and class, " +
                          std::to_string(tiling.rows * tiling.classes) + ": " +
                          std::to_string(logits.size()));
  }
  for_each_logit(tiling, which, [&](std::size_t slot, std::size_t row, std::size_t k) {
    const std::size_t second = row + tiling.tile.rows;
    if (row < tiling.rows) {
      logits[row * tiling.classes + k] = slots[slot].real();
    }
    if (second < tiling.rows) {
      logits[second * tiling.classes + k] = slots[slot].imag();
    }
  });
}

double largest_unused_logit(const Tiling& tiling, const LogitPart& which,
                            std::span<const std::complex<double>> slots) {
  std::vector<std::complex<double>> rest(slots.begin(), slots.end());
  for_each_logit(tiling, which, [&](std::size_t slot, std::size_t row, std::size_t) {
    const bool real = row < tiling.rows;
    const bool imaginary = row + tiling.tile.rows < tiling.rows;
    rest[slot] = {real ? 0.0 : rest[slot].real(), imaginary ? 0.0 : rest[slot].imag()};
  });
  double largest = 0;
  for (const std::complex<double>& slot : rest) {
    largest = std::max(largest, std::abs(slot));
  }
  return largest;
}

}  // namespace blindfit::matrix
