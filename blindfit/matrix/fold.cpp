// SPDX-License-Identifier: Apache-2.0
#include "blindfit/matrix/fold.h"

#include <algorithm>
#include <cstdint>

namespace blindfit::matrix {
namespace {

/// Calls visit(stride, radix) for the factors 4, 4, ..., and 2 at the end if log2(count) is odd.
template <typename Visit>
void for_each_radix(std::size_t count, Visit visit) {
  std::size_t stride = 1;
  while (stride < count) {
    const std::size_t radix = std::min<std::size_t>(4, count / stride);
    visit(stride, radix);
    stride *= radix;
  }
}

FoldStage stage(std::size_t radix, std::int64_t first, std::int64_t stride) {
  FoldStage steps;
  for (std::size_t i = 0; i < radix; ++i) {
    steps.push_back({(first + static_cast<std::int64_t>(i)) * stride});
  }
  return steps;
}

}  // namespace

std::vector<FoldStage> fold_stages(std::size_t count, std::size_t stride) {
  std::vector<FoldStage> stages;
  for_each_radix(count, [&](std::size_t s, std::size_t radix) {
    stages.push_back(stage(radix, 0, static_cast<std::int64_t>(s * stride)));
  });
  return stages;
}

std::vector<FoldStage> fold_to_lane(std::size_t count, std::size_t lane) {
  std::vector<FoldStage> stages;
  for_each_radix(count, [&](std::size_t s, std::size_t radix) {
    const auto digit = static_cast<std::int64_t>(lane / s % radix);
    stages.push_back(stage(radix, -digit, static_cast<std::int64_t>(s)));
  });
  return stages;
}

std::vector<FoldStage> spread_from_lane(std::size_t count, std::size_t lane) {
  std::vector<FoldStage> stages = fold_to_lane(count, lane);
  for (FoldStage& steps : stages) {
    for (ckks::Steps& s : steps) {
      s.value = -s.value;
    }
  }
  return stages;
}

}  // namespace blindfit::matrix
