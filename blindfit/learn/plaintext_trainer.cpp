// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/plaintext_trainer.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "blindfit/learn/loss.h"

namespace blindfit::learn {
namespace {

using base::Error;
using base::ErrorCode;
using Eigen::Index;

void require(bool condition, const std::string& rule_and_value) {
  if (!condition) {
    throw Error(ErrorCode::kInvalidArgument, rule_and_value);
  }
}

/// Y - offset, rows x classes.
Matrix centred_targets(const Matrix& design, std::span<const int> labels, int classes,
                       double offset) {
  require(classes >= 1 && design.rows() >= 1,
          "training needs at least one class and row: " + std::to_string(classes) + ", " +
              std::to_string(design.rows()));
  require(labels.size() == static_cast<std::size_t>(design.rows()),
          "there must be one label per row: " + std::to_string(labels.size()));
  Matrix targets = Matrix::Constant(design.rows(), classes, -offset);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    require(labels[i] >= 0 && labels[i] < classes,
            "labels must be below " + std::to_string(classes) + ": " + std::to_string(labels[i]));
    targets(static_cast<Index>(i), labels[i]) = 1 - offset;
  }
  return targets;
}

Eigen::RowVectorXd preconditioner(const Matrix& design, const OptimizerOptions& optimizer,
                                  Loss loss) {
  return optimizer.method == Optimizer::kQuadraticGradientNag
             ? diagonal_bound(design, curvature(loss))
             : Eigen::RowVectorXd(Eigen::RowVectorXd::Ones(design.cols()));
}

std::span<const double> row_of(const Matrix& z, Index i) {
  return {z.row(i).data(), static_cast<std::size_t>(z.cols())};
}

/// softmax(row) of every row.
template <typename Softmax>
Matrix by_rows(const Matrix& z, const Softmax& softmax) {
  Matrix out(z.rows(), z.cols());
  for (Index i = 0; i < z.rows(); ++i) {
    const std::vector<double> p = softmax(row_of(z, i));
    out.row(i) = Eigen::Map<const Eigen::RowVectorXd>(p.data(), z.cols());
  }
  return out;
}

/// P - label_offset at the logits `z`.
Matrix errors(const ActivationModel& model, const Matrix& z) {
  if (const auto* exact = std::get_if<ExactSigmoid>(&model)) {
    return z.unaryExpr(
        [&](double x) { return sigmoid(std::clamp(x, -exact->clamp, exact->clamp)) - 0.5; });
  }
  if (const auto* fit = std::get_if<Activation>(&model)) {
    return z.unaryExpr([&](double x) { return fit->odd_part(x); });
  }
  if (const auto* softmax = std::get_if<SoftmaxApproximation>(&model)) {
    return by_rows(z, *softmax);
  }
  return std::holds_alternative<Linear>(model) ? z : by_rows(z, centred_softmax);
}

std::optional<RangeExceedance> find_beyond(const Matrix& z, double limit, int iteration) {
  for (Index i = 0; i < z.rows(); ++i) {
    for (Index k = 0; k < z.cols(); ++k) {
      if (!(std::abs(z(i, k)) <= limit)) {  // true for NaN too
        return RangeExceedance{iteration, i, k, z(i, k)};
      }
    }
  }
  return std::nullopt;
}

std::optional<RangeExceedance> find_uncovered(const Matrix& z, const SoftmaxApproximation& softmax,
                                              int iteration) {
  for (Index i = 0; i < z.rows(); ++i) {
    if (!softmax.covers(row_of(z, i))) {
      Index k = 0;
      z.row(i).cwiseAbs().maxCoeff(&k);
      return RangeExceedance{iteration, i, k, z(i, k)};
    }
  }
  return std::nullopt;
}

std::optional<RangeExceedance> find_exceedance(const ActivationModel& model, const Matrix& z,
                                               int iteration) {
  if (const auto* activation = std::get_if<Activation>(&model)) {
    return find_beyond(z, activation->domain(), iteration);
  }
  const auto* softmax = std::get_if<SoftmaxApproximation>(&model);
  return softmax != nullptr ? find_uncovered(z, *softmax, iteration)
                            : find_beyond(z, std::numeric_limits<double>::infinity(), iteration);
}

/// All rows unless there are batches.
RowRange batch_at(const TrainerOptions& options, int iteration, Index rows) {
  return options.batches.empty()
             ? RowRange{0, rows}
             : options.batches[static_cast<std::size_t>(iteration) % options.batches.size()];
}

void check_batches(const TrainerOptions& options, Index rows) {
  for (const RowRange& batch : options.batches) {
    require(batch.first >= 0 && batch.first < batch.last && batch.last <= rows,
            "batches must be rows of the data: " + std::to_string(batch.first) + " to " +
                std::to_string(batch.last));
  }
}

}  // namespace

Loss loss_of(const ActivationModel& model) noexcept {
  if (std::holds_alternative<Linear>(model)) {
    return Loss::kMse;
  }
  const bool softmax = std::holds_alternative<ExactSoftmax>(model) ||
                       std::holds_alternative<SoftmaxApproximation>(model);
  return softmax ? Loss::kSoftmax : Loss::kSle;
}

double TrainingTrace::largest_logit() const {
  double largest = 0;
  for (const IterationRecord& record : iterations) {
    largest = std::max(largest, record.largest_logit);
  }
  return largest;
}

TrainingTrace train(const Matrix& design, std::span<const int> labels, int classes,
                    const TrainerOptions& options) {
  require(options.iterations >= 1,
          "iterations must be at least 1: " + std::to_string(options.iterations));
  const Loss loss = loss_of(options.activation);
  const Matrix targets = centred_targets(design, labels, classes,
                                         label_offset(loss, static_cast<std::size_t>(classes)));
  check_batches(options, design.rows());
  const Eigen::RowVectorXd b = options.preconditioner.size() > 0
                                   ? options.preconditioner
                                   : preconditioner(design, options.optimizer, loss);
  require(b.size() == design.cols(),
          "the preconditioner must have one entry per design column: " + std::to_string(b.size()));
  Matrix w =
      options.start.size() > 0 ? options.start : Matrix(Matrix::Zero(classes, design.cols()));
  require(w.rows() == classes && w.cols() == design.cols(),
          "the start must be classes x design columns: " + std::to_string(w.rows()) + " x " +
              std::to_string(w.cols()));
  Matrix v = w;
  TrainingTrace trace;
  int iteration = 0;
  for (const OptimizerStep& step : schedule(options.optimizer, design.rows(), options.iterations)) {
    const RowRange rows = batch_at(options, iteration, design.rows());
    const auto x = design.middleRows(rows.first, rows.last - rows.first);
    ++iteration;
    const Matrix z = x * v.transpose();
    if (!trace.first_exceedance) {
      trace.first_exceedance = find_exceedance(options.activation, z, iteration);
    }
    const Matrix residuals =
        targets.middleRows(rows.first, x.rows()) - errors(options.activation, z);
    const Matrix gradient = residuals.transpose() * x * b.asDiagonal();
    const double whole = static_cast<double>(design.rows()) / static_cast<double>(x.rows());
    const Matrix t = (1.0 - step.decay) * w + step.rate * whole * gradient;
    w = (1.0 - step.eta) * t + step.eta * v;
    v = t;
    const Matrix train_logits = design * w.transpose();
    trace.iterations.push_back({w, v, z.cwiseAbs().maxCoeff(), accuracy(train_logits, labels),
                                squared_likelihood_error(train_logits, labels)});
  }
  return trace;
}

Matrix owner_only_weights(const Matrix& design, std::span<const int> labels, int classes,
                          const OptimizerOptions& optimizer) {
  return centred_targets(design, labels, classes, 0.5).transpose() * design *
         preconditioner(design, optimizer, Loss::kSle).asDiagonal();
}

double owner_only_accuracy(const data::Dataset& train, const data::Dataset& heldout,
                           const data::FeatureTransform& transform,
                           const OptimizerOptions& optimizer) {
  const Matrix design = design_matrix(data::apply(transform, train.features));
  const Head head =
      make_head(owner_only_weights(design, train.labels, train.classes, optimizer), transform);
  return accuracy(logits(head, heldout.features), heldout.labels);
}

}  // namespace blindfit::learn
