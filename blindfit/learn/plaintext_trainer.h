// SPDX-License-Identifier: Apache-2.0
// The plaintext mirror: training in dense double algebra with the polynomial, recursion and order
// of operations of the encrypted circuit. It predicts what the cloud will return and monitors
// ranges.
#pragma once

#include <Eigen/Core>
#include <limits>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "blindfit/learn/activation.h"
#include "blindfit/learn/head.h"
#include "blindfit/learn/objective.h"
#include "blindfit/learn/optimizer.h"
#include "blindfit/learn/softmax.h"

namespace blindfit::learn {

/// The true sigmoid, its argument limited to [-clamp, clamp] (the author's simulation: 8).
struct ExactSigmoid {
  double clamp = std::numeric_limits<double>::infinity();
};

/// P = 1/K + z: the squared error's.
struct Linear {};
/// The true softmax.
struct ExactSoftmax {};

/// What turns logits into probabilities, and with that the loss: the first two stand for
/// Loss::kSle.
using ActivationModel =
    std::variant<ExactSigmoid, Activation, Linear, ExactSoftmax, SoftmaxApproximation>;

[[nodiscard]] Loss loss_of(const ActivationModel& model) noexcept;

/// Rows first to last - 1.
struct RowRange {
  Eigen::Index first = 0;
  Eigen::Index last = 0;
};

struct TrainerOptions {
  OptimizerOptions optimizer;
  ActivationModel activation;
  int iterations = 1;
  /// W_0 = V_0, classes x design columns; empty for zero.
  Matrix start;
  /// B, one row for all classes; empty for the optimizer's own: diagonal_bound or 1.
  Eigen::RowVectorXd preconditioner;
  /// Iteration t (from 0) takes batch t mod size, whose gradient stands for that of all rows; empty
  /// for all rows every time.
  std::vector<RowRange> batches;
};

/// State after one iteration. Train accuracy and loss are those of `weights`; the largest logit is
/// that of the momentum point V before the iteration over its batch, where the activation was
/// evaluated.
struct IterationRecord {
  Matrix weights;
  Matrix momentum;
  double largest_logit = 0;
  double train_accuracy = 0;
  double train_loss = 0;  ///< squared_likelihood_error
};

/// The first logit beyond the activation's domain, by iteration (from 1), row and class; of a
/// softmax the largest of the first row that it does not cover.
struct RangeExceedance {
  int iteration = 0;
  Eigen::Index row = 0;
  Eigen::Index label = 0;
  double logit = 0;
};

struct TrainingTrace {
  std::vector<IterationRecord> iterations;
  std::optional<RangeExceedance> first_exceedance;

  [[nodiscard]] const Matrix& weights() const { return iterations.back().weights; }
  /// Largest |logit| at which an activation was evaluated in the whole run.
  [[nodiscard]] double largest_logit() const;
};

/// Trains on `design` (rows x f with the bias column first) from labels in [0, classes):
///   G = B o (Y - P)^T X over the batch, then the steps of `schedule`.
/// Never stops early: values that diverge are reported as they are. Throws Error{kInvalidArgument}
/// for sizes, labels or batches that do not fit and for an options.iterations below 1.
TrainingTrace train(const Matrix& design, std::span<const int> labels, int classes,
                    const TrainerOptions& options);

/// What the owner could compute alone: (Y - 1/2)^T X, the direction of the first step from W = 0,
/// preconditioned like it. Its scale does not matter for accuracy. Throws as train.
Matrix owner_only_weights(const Matrix& design, std::span<const int> labels, int classes,
                          const OptimizerOptions& optimizer);

/// Everything a comparison needs: fits nothing, returns the held-out accuracy of the owner's own
/// product trained on `train` and folded back through `transform`.
double owner_only_accuracy(const data::Dataset& train, const data::Dataset& heldout,
                           const data::FeatureTransform& transform,
                           const OptimizerOptions& optimizer);

}  // namespace blindfit::learn
