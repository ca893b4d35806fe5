// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/objective.h"

#include <array>
#include <string>

namespace blindfit::learn {
namespace {

constexpr std::array<Loss, 3> kLosses = {Loss::kSle, Loss::kMse, Loss::kSoftmax};

}  // namespace

double label_offset(Loss loss, std::size_t classes) noexcept {
  return loss == Loss::kSle ? 0.5 : 1.0 / static_cast<double>(classes);
}

double curvature(Loss loss) noexcept {
  switch (loss) {
    case Loss::kSle:
      return 0.25;
    case Loss::kMse:
      return 1;
    case Loss::kSoftmax:
      break;
  }
  return 0.5;
}

std::string_view to_string(Loss loss) noexcept {
  switch (loss) {
    case Loss::kSle:
      return "sle";
    case Loss::kMse:
      return "mse";
    case Loss::kSoftmax:
      break;
  }
  return "softmax";
}

base::Result<Loss> loss_from(std::string_view name) {
  for (const Loss loss : kLosses) {
    if (to_string(loss) == name) {
      return loss;
    }
  }
  return base::Error(base::ErrorCode::kInvalidArgument,
                     "the loss must be one of sle, mse, softmax: " + std::string(name));
}

}  // namespace blindfit::learn
