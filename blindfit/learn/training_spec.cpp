// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/training_spec.h"

#include "blindfit/bootstrap/bootstrapper.h"

namespace blindfit::learn {

std::vector<double> slot_signs(const TrainingSpec& spec) {
  return spec.refresh ? bootstrap::public_signs(spec.refresh->signs, spec.tiling.tile.slots())
                      : std::vector<double>();
}

}  // namespace blindfit::learn
