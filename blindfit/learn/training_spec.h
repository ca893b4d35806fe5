// SPDX-License-Identifier: Apache-2.0
// What an encrypted training run computes, independent of the parameters it is computed under.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "blindfit/base/csprng.h"
#include "blindfit/bootstrap/parameters.h"
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

/// How the weights get their levels back, in the cloud and without a secret.
struct RefreshSpec {
  bootstrap::BootstrapLiteral set;
  /// No |V + i V_before| ever exceeds this: it is refreshed as a message of at most 1/2. Errors of
  /// refreshes grow with it.
  double weight_bound = 1;
  /// Of the random signs under which the packed weights stand (note 0008, "Message ratio"). Public.
  base::Seed signs{};

  /// The weight that is 1 in the message that is refreshed.
  [[nodiscard]] double unit() const noexcept { return 2 * weight_bound; }
  bool operator==(const RefreshSpec&) const = default;
};

struct TrainingSpec {
  matrix::Tiling tiling;
  Activation activation;
  std::vector<OptimizerStep> steps;  ///< one per iteration
  LabelSource labels = LabelSource::kEncryptedLabels;
  Start start = Start::kZero;
  bool encrypted_preconditioner = false;  ///< B uploaded in the packed layout; otherwise B = 1
  double scale = 0x1p40;                  ///< the scale of weights wherever they are added
  std::optional<RefreshSpec> refresh;     ///< none: the modulus must last for all iterations

  /// The scale of errors: odd parts of activations and one-hot labels.
  [[nodiscard]] double error_scale() const noexcept {
    return encrypted_preconditioner ? scale / kPreconditionerGain : scale;
  }
  [[nodiscard]] std::size_t iterations() const noexcept { return steps.size(); }
};

/// One factor +1 or -1 a slot by which packed weights are multiplied wherever they are encrypted:
/// by the owner in what it uploads, by the masks of spreading and packing. Empty without refreshes.
std::vector<double> slot_signs(const TrainingSpec& spec);

}  // namespace blindfit::learn
