// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/key_requirements.h"

#include <algorithm>

#include "blindfit/bootstrap/transform_plan.h"

namespace blindfit::learn {

KeyRequirements refresh_keys(const bootstrap::BootstrapParameters& parameters, unsigned log_slots) {
  KeyRequirements keys;
  keys.relinearization = parameters.layout().eval_mod;
  for (const bootstrap::GaloisKeyNeed& need :
       bootstrap::required_galois_elements(parameters, log_slots)) {
    std::size_t& level = keys.galois[need.element];
    level = std::max(level, need.level);
  }
  keys.encapsulation = true;
  return keys;
}

}  // namespace blindfit::learn
