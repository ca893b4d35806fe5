// SPDX-License-Identifier: Apache-2.0
#include "blindfit/matrix/packing.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "blindfit/base/error.h"

namespace blindfit::matrix {
namespace {

void require_shape(MatrixView view, std::size_t rows, std::size_t columns) {
  if (view.rows != rows || view.columns != columns) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "a matrix must be " + std::to_string(rows) + " x " + std::to_string(columns) +
                          ": " + std::to_string(view.rows) + " x " + std::to_string(view.columns));
  }
}

/// Calls put(slot, k, g) for every weight (k, g).
template <typename Put>
void for_each_weight(const Tiling& tiling, Put put) {
  const std::size_t f = tiling.tile.features;
  for (const Bundle& bundle : tiling.bundles()) {
    const std::size_t begin = bundle.feature_tile * f;
    const std::size_t end = std::min(tiling.features, begin + f);
    for (std::size_t k = bundle.group.first; k < bundle.group.first + bundle.group.size; ++k) {
      for (std::size_t g = begin; g < end; ++g) {
        put(tiling.tile.slot(tiling.place(bundle, k), g - begin), k, g);
      }
    }
  }
}

}  // namespace

Slots pack_data(const Tiling& tiling, MatrixView x, std::size_t pair, std::size_t feature_tile) {
  require_shape(x, tiling.rows, tiling.features);
  const auto [r, f] = tiling.tile;
  const auto value = [&](std::size_t i, std::size_t g) {
    return i < x.rows && g < x.columns ? x.at(i, g) : 0.0;
  };
  Slots slots(tiling.tile.slots());
  for (std::size_t j = 0; j < f; ++j) {
    const std::size_t g = feature_tile * f + j;
    for (std::size_t i = 0; i < r; ++i) {
      slots[r * j + i] = {value(2 * pair * r + i, g), value((2 * pair + 1) * r + i, g)};
    }
  }
  return slots;
}

std::size_t label_period(const Tiling& tiling) {
  return std::bit_ceil(tiling.classes);
}

Slots pack_labels(const Tiling& tiling, std::span<const int> labels, double offset,
                  std::size_t pair) {
  const std::size_t period = label_period(tiling);
  if (labels.size() != tiling.rows || period > tiling.tile.features) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "labels must number one per row and their classes fit a tile's features: " +
                          std::to_string(labels.size()) + " labels, period " +
                          std::to_string(period));
  }
  const std::size_t r = tiling.tile.rows;
  const auto value = [&](std::size_t i, std::size_t k) {
    if (i >= labels.size() || k >= tiling.classes) {
      return 0.0;
    }
    return (labels[i] == static_cast<int>(k) ? 1.0 : 0.0) - offset;
  };
  Slots slots(tiling.tile.slots());
  for (std::size_t j = 0; j < tiling.tile.features; ++j) {
    for (std::size_t i = 0; i < r; ++i) {
      const std::size_t k = j % period;
      slots[r * j + i] = {value(2 * pair * r + i, k), -value((2 * pair + 1) * r + i, k)};
    }
  }
  return slots;
}

Slots pack_weights(const Tiling& tiling, MatrixView weights) {
  require_shape(weights, tiling.classes, tiling.features);
  Slots slots(tiling.tile.slots());
  for_each_weight(tiling, [&](std::size_t slot, std::size_t k, std::size_t g) {
    slots[slot] = weights.at(k, g);
  });
  return slots;
}

std::vector<double> unpack_weights(const Tiling& tiling,
                                   std::span<const std::complex<double>> slots) {
  std::vector<double> weights(tiling.classes * tiling.features);
  for_each_weight(tiling, [&](std::size_t slot, std::size_t k, std::size_t g) {
    weights[k * tiling.features + g] = slots[slot].real();
  });
  return weights;
}

double largest_unused(const Tiling& tiling, std::span<const std::complex<double>> slots) {
  std::vector<bool> used(slots.size(), false);
  for_each_weight(tiling, [&](std::size_t slot, std::size_t, std::size_t) { used[slot] = true; });
  double largest = 0;
  for (std::size_t s = 0; s < slots.size(); ++s) {
    if (tiling.paired() || !used[s]) {
      largest = std::max(largest, std::abs(slots[s].imag()));
    }
    if (!used[s]) {
      largest = std::max(largest, std::abs(slots[s].real()));
    }
  }
  return largest;
}

namespace {

template <typename Vector>
void multiply_each(std::span<const double> factors, Vector& slots) {
  if (factors.empty()) {
    return;
  }
  if (factors.size() != slots.size()) {
    throw base::Error(base::ErrorCode::kInvalidArgument, "there must be one factor a slot, " +
                                                             std::to_string(slots.size()) + ": " +
                                                             std::to_string(factors.size()));
  }
  for (std::size_t s = 0; s < factors.size(); ++s) {
    slots[s] *= factors[s];
  }
}

}  // namespace

void multiply_slots(std::span<const double> factors, Slots& slots) {
  multiply_each(factors, slots);
}

void multiply_slots(std::span<const double> factors, std::vector<double>& slots) {
  multiply_each(factors, slots);
}

std::vector<double> bundle_mask(const Tiling& tiling, const Bundle& bundle, double value) {
  std::vector<double> mask(tiling.tile.slots(), 0.0);
  for (std::size_t k = bundle.group.first; k < bundle.group.first + bundle.group.size; ++k) {
    for (std::size_t j = 0; j < tiling.tile.features; ++j) {
      mask[tiling.tile.slot(tiling.place(bundle, k), j)] = value;
    }
  }
  return mask;
}

std::vector<double> part_mask(const TileShape& tile, const PartRange& range) {
  std::vector<double> mask(tile.slots(), 0.0);
  const std::size_t part = tile.rows / range.parts;
  for (std::size_t j = 0; j < tile.features; ++j) {
    std::fill_n(mask.begin() + static_cast<std::ptrdiff_t>(tile.slot(range.first * part, j)),
                (range.last - range.first) * part, 1.0);
  }
  return mask;
}

std::size_t class_in_part(const ClassGroup& group, std::size_t k, std::size_t part) noexcept {
  return group.first + (part + k - group.first) % group.size;
}

std::vector<double> label_mask(const Tiling& tiling, std::size_t k, double value) {
  const std::size_t period = label_period(tiling);
  const ClassGroup group = tiling.group_of(k);
  const std::size_t part = tiling.part_rows(group);
  std::vector<double> mask(tiling.tile.slots(), 0.0);
  for (std::size_t q = 0; q < group.size; ++q) {
    for (std::size_t j = class_in_part(group, k, q); j < tiling.tile.features; j += period) {
      std::fill_n(mask.begin() + static_cast<std::ptrdiff_t>(tiling.tile.slot(q * part, j)), part,
                  value);
    }
  }
  return mask;
}

}  // namespace blindfit::matrix
