// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/training_spec.h"

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
  return loss == Loss::kMse ? 1 : activation.domain();
}

std::size_t TrainingSpec::activation_depth() const noexcept {
  return loss == Loss::kMse ? 0 : static_cast<std::size_t>(activation.depth());
}

std::vector<double> slot_signs(const TrainingSpec& spec) {
  return spec.refresh ? bootstrap::public_signs(spec.refresh->signs, spec.tiling.tile.slots())
                      : std::vector<double>();
}

}  // namespace blindfit::learn
