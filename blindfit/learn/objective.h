// SPDX-License-Identifier: Apache-2.0
// What training minimises, and the constants of it that rates, labels and bounds follow from.
#pragma once

#include <cstddef>
#include <string_view>

#include "blindfit/base/error.h"

namespace blindfit::learn {

enum class Loss {
  kSle,      ///< the paper's: binary cross-entropy of each class against the rest, summed
  kMse,      ///< squared error of the logits themselves: P = 1/K + z, which needs no activation
  kSoftmax,  ///< cross-entropy of the softmax
};

/// P at logits of zero, which is subtracted from one-hot labels and from probabilities alike: 1/2
/// for the summed binary losses, 1/K for the others.
[[nodiscard]] double label_offset(Loss loss, std::size_t classes) noexcept;

/// The least c for which the loss's second derivative by a row's logits never exceeds c: 1/4, 1,
/// 1/2 (Boehning 1992 for the softmax). 1/c is the Newton step of whitened features.
[[nodiscard]] double curvature(Loss loss) noexcept;

/// sle, mse, softmax: as flags and plan files write them.
[[nodiscard]] std::string_view to_string(Loss loss) noexcept;
/// Errors: kInvalidArgument that lists the known names.
base::Result<Loss> loss_from(std::string_view name);

}  // namespace blindfit::learn
