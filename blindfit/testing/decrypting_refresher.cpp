// SPDX-License-Identifier: Apache-2.0
#include "blindfit/testing/decrypting_refresher.h"

#include <cmath>
#include <string>

namespace blindfit::testing {

using base::Error;
using base::ErrorCode;

ckks::Ciphertext DecryptingRefresher::refresh(const ckks::Ciphertext& ct) const {
  if (ct.level() < contract_.input_level) {
    throw Error(ErrorCode::kLevelExhausted, "refreshing takes a level of at least " +
                                                std::to_string(contract_.input_level) + ": " +
                                                std::to_string(ct.level()));
  }
  if (!(ct.scale.value <= contract_.max_input_scale.value)) {
    throw Error(ErrorCode::kScaleMismatch, "refreshing takes a scale of at most 2^" +
                                               std::to_string(contract_.max_input_scale.log2()) +
                                               ": 2^" + std::to_string(ct.scale.log2()));
  }
  const ckks::Slots slots = engine_.decrypt(ct);
  const std::size_t period = std::size_t{1} << contract_.log_slots;
  for (std::size_t j = 0; j < slots.size(); ++j) {
    if (!(std::abs(slots[j]) <= contract_.max_magnitude + 0x1p-10)) {
      throw Error(ErrorCode::kInvalidArgument, "refreshed slots must be at most " +
                                                   std::to_string(contract_.max_magnitude) + ": " +
                                                   std::to_string(std::abs(slots[j])));
    }
    if (std::abs(slots[j] - slots[j % period]) > 0x1p-10) {
      throw Error(ErrorCode::kInvalidArgument, "refreshed slots must repeat with " +
                                                   std::to_string(period) + ": slot " +
                                                   std::to_string(j));
    }
  }
  ++count_;
  return engine_.encrypt(slots, contract_.output_scale, contract_.output_level);
}

}  // namespace blindfit::testing
