// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/training_spec.h"

#include <algorithm>

#include "blindfit/bootstrap/bootstrapper.h"

namespace blindfit::learn {

matrix::PairRange TrainingSpec::pairs_of(std::size_t batch) const noexcept {
  const std::size_t pairs = tiling.row_pairs();
  return {batch * pairs / batches, (batch + 1) * pairs / batches};
}

double TrainingSpec::rate(std::size_t t) const noexcept {
  const std::size_t rows = tiling.rows_in(pairs_of(batch_of(t)));
  return steps[t].rate * static_cast<double>(tiling.rows) / static_cast<double>(rows);
}

double TrainingSpec::logit_unit() const noexcept {
  switch (loss) {
    case Loss::kSle:
      return activation.domain();
    case Loss::kSoftmax:
      return softmax->unit();
    case Loss::kMse:
      break;
  }
  return 1;
}

std::size_t spread_depth(const matrix::Tiling& tiling) noexcept {
  return tiling.grouped() ? 2 : 1;
}

std::size_t gradient_depth(const matrix::Tiling& tiling) noexcept {
  return tiling.grouped() ? 3 : 2;
}

namespace {

/// Levels of the stages before `stage`, and from it on.
std::size_t depth_before(const SoftmaxApproximation& softmax, std::size_t stage) {
  return softmax.front_depth() + stage - 1;
}
std::size_t depth_from(const SoftmaxApproximation& softmax, std::size_t stage) {
  return softmax.depth() - depth_before(softmax, stage);
}

}  // namespace

std::size_t softmax_refresh_stage(const SoftmaxApproximation& softmax) {
  // Of two squares equally far from the middle the first: more of the work is then done where there
  // are fewer limbs.
  std::size_t best = 1;
  std::size_t least = softmax.depth() + 1;
  for (std::size_t stage = 1; stage <= softmax.steps.size(); ++stage) {
    const std::size_t longer = std::max(depth_before(softmax, stage), depth_from(softmax, stage));
    if (softmax.steps[stage - 1].kind == SoftmaxStep::Kind::kSquare && longer < least) {
      best = stage;
      least = longer;
    }
  }
  return best;
}

std::size_t iteration_depth(const TrainingSpec& spec) {
  const std::size_t out = spread_depth(spec.tiling) + 1;
  const std::size_t back = gradient_depth(spec.tiling);
  switch (spec.loss) {
    case Loss::kMse:
      return out + back;
    case Loss::kSle:
      return out + static_cast<std::size_t>(spec.activation.depth()) + back;
    case Loss::kSoftmax:
      break;
  }
  if (!spec.refresh) {
    return out + spec.softmax->depth() + back;
  }
  constexpr std::size_t kSigns = 1;
  return out + depth_before(*spec.softmax, softmax_refresh_stage(*spec.softmax)) + kSigns;
}

std::size_t inference_depth(const matrix::Tiling& tiling) noexcept {
  return spread_depth(tiling) + 2;
}

std::size_t weights_level(const TrainingSpec& spec) noexcept {
  return spec.inference && !spec.refresh ? inference_depth(spec.tiling) : 0;
}

std::size_t refreshed_depth(const TrainingSpec& spec) {
  const std::size_t depth = iteration_depth(spec);
  if (spec.loss != Loss::kSoftmax) {
    return depth;
  }
  const std::size_t from = depth_from(*spec.softmax, softmax_refresh_stage(*spec.softmax));
  return std::max(depth, from + gradient_depth(spec.tiling));
}

std::vector<double> slot_signs(const TrainingSpec& spec) {
  return spec.refresh ? bootstrap::public_signs(spec.refresh->signs, spec.tiling.tile.slots())
                      : std::vector<double>();
}

}  // namespace blindfit::learn
