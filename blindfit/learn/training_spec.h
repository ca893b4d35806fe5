// SPDX-License-Identifier: Apache-2.0
// What an encrypted training run computes, independent of the parameters it is computed under.
#pragma once

#include <cstddef>
#include <vector>

#include "blindfit/learn/activation.h"
#include "blindfit/learn/optimizer.h"
#include "blindfit/matrix/tiling.h"

namespace blindfit::learn {

/// Where Y^T X comes from: from encrypted labels, computed once by the cloud, or uploaded as one
/// packed ciphertext.
enum class LabelSource { kEncryptedLabels, kUploadedProduct };
/// W_0: an uploaded ciphertext, or zero, which makes the first iteration free of products because P
/// = 1/2.
enum class Start { kEncrypted, kZero };

/// How much finer B is encoded than weights, and how much coarser the errors Y - P: the noise of B
/// is multiplied by E^T X, a sum over all rows, and that of E^T X by B, which is of the order of
/// 1 / sum |X| (note 0005, "Scales").
inline constexpr double kPreconditionerGain = 0x1p6;

struct TrainingSpec {
  matrix::Tiling tiling;
  Activation activation;
  std::vector<OptimizerStep> steps;  ///< one per iteration
  LabelSource labels = LabelSource::kEncryptedLabels;
  Start start = Start::kZero;
  bool encrypted_preconditioner = false;  ///< B uploaded in the packed layout; otherwise B = 1
  double scale = 0x1p40;                  ///< the scale of weights wherever they are added

  /// The scale of errors: odd parts of activations and one-hot labels.
  [[nodiscard]] double error_scale() const noexcept {
    return encrypted_preconditioner ? scale / kPreconditionerGain : scale;
  }
  [[nodiscard]] std::size_t iterations() const noexcept { return steps.size(); }
};

}  // namespace blindfit::learn
