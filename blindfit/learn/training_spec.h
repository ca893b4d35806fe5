// SPDX-License-Identifier: Apache-2.0
// What an encrypted training run computes, independent of the parameters it is computed under.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "blindfit/base/csprng.h"
#include "blindfit/bootstrap/parameters.h"
#include "blindfit/learn/activation.h"
#include "blindfit/learn/objective.h"
#include "blindfit/learn/optimizer.h"
#include "blindfit/learn/softmax.h"
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
  Loss loss = Loss::kSle;
  Activation activation;                        ///< of kSle; others leave it alone
  std::optional<SoftmaxApproximation> softmax;  ///< of kSoftmax, and of no other loss
  std::vector<OptimizerStep> steps;             ///< one per iteration
  /// Iteration t (from 0) takes batch t mod `batches`; batches are consecutive row pairs, as equal
  /// as may be. At most one a row pair.
  std::size_t batches = 1;
  LabelSource labels = LabelSource::kEncryptedLabels;
  Start start = Start::kZero;
  bool encrypted_preconditioner = false;  ///< B uploaded in the packed layout; otherwise B = 1
  double scale = 0x1p40;                  ///< the scale of weights wherever they are added
  std::optional<RefreshSpec> refresh;     ///< none: the modulus must last for all iterations
  /// Whether W stays fit for encrypted inference, during training and after it: levels and keys.
  bool inference = false;

  /// The scale of errors: odd parts of activations and one-hot labels.
  [[nodiscard]] double error_scale() const noexcept {
    return encrypted_preconditioner ? scale / kPreconditionerGain : scale;
  }
  [[nodiscard]] std::size_t iterations() const noexcept { return steps.size(); }
  [[nodiscard]] std::size_t batch_of(std::size_t t) const noexcept { return t % batches; }
  [[nodiscard]] matrix::PairRange pairs_of(std::size_t batch) const noexcept;
  /// What the gradient of iteration t's batch is multiplied by: it stands for that of all rows.
  [[nodiscard]] double rate(std::size_t t) const noexcept;
  /// The logit that is 1 in what the activation takes.
  [[nodiscard]] double logit_unit() const noexcept;
};

/// Levels that spreading takes: a mask, and turning where classes are grouped (note 0014).
[[nodiscard]] std::size_t spread_depth(const matrix::Tiling& tiling) noexcept;
/// Levels from errors to what is packed: a product, turning back, and a mask.
[[nodiscard]] std::size_t gradient_depth(const matrix::Tiling& tiling) noexcept;
/// The stage of the softmax's circuit before which a plan with refreshes refreshes it: a square,
/// before which and after which about as many levels are needed.
[[nodiscard]] std::size_t softmax_refresh_stage(const SoftmaxApproximation& softmax);
/// The level that V must have for an iteration: spreading, a product, the activation, and the way
/// back; with a refreshed softmax only what comes before that.
[[nodiscard]] std::size_t iteration_depth(const TrainingSpec& spec);
/// The level that packed weights need for logits of a query: spreading, a product, and the mask
/// that packs the logits.
[[nodiscard]] std::size_t inference_depth(const matrix::Tiling& tiling) noexcept;
/// The level of W after the last iteration. With refreshes it gets levels back when it needs them.
[[nodiscard]] std::size_t weights_level(const TrainingSpec& spec) noexcept;
/// Levels that every refresh of `spec` must leave.
[[nodiscard]] std::size_t refreshed_depth(const TrainingSpec& spec);

/// One factor +1 or -1 a slot by which packed weights are multiplied wherever they are encrypted:
/// by the owner in what it uploads, by the masks of spreading and packing. Empty without refreshes.
std::vector<double> slot_signs(const TrainingSpec& spec);

}  // namespace blindfit::learn
