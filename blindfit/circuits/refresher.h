// SPDX-License-Identifier: Apache-2.0
// Levels back for a ciphertext that has used them up: what circuits need to know of bootstrapping.
#pragma once

#include <cstddef>

#include "blindfit/ckks/arithmetic.h"

namespace blindfit::circuits {

/// What a refresher takes and gives.
struct RefreshContract {
  unsigned log_slots = 0;       ///< messages repeat with 2^log_slots slots
  std::size_t input_level = 0;  ///< least level of an operand; higher ones are dropped to it
  ckks::Scale max_input_scale;  ///< largest scale of an operand
  double max_magnitude = 1;     ///< of every slot, real and imaginary part together
  std::size_t output_level = 0;
  ckks::Scale output_scale;  ///< exactly this, whatever the operand's scale
};

/// Refreshes ciphertexts. Implementations are thread-safe.
class Refresher {
 public:
  Refresher() = default;
  Refresher(const Refresher&) = delete;
  Refresher& operator=(const Refresher&) = delete;
  virtual ~Refresher() = default;

  [[nodiscard]] virtual const RefreshContract& contract() const noexcept = 0;

  /// The same slots at contract().output_level and output_scale. In: degree 1, level at least
  /// input_level (Error{kLevelExhausted}), scale at most max_input_scale (Error{kScaleMismatch}).
  /// A message outside the contract gives wrong slots, which nobody can notice without the key: the
  /// plan and the mirror must rule it out.
  [[nodiscard]] virtual ckks::Ciphertext refresh(const ckks::Ciphertext& ct) const = 0;
};

}  // namespace blindfit::circuits
