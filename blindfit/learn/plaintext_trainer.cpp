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

/// Y - 1/2, rows x classes.
Matrix centred_targets(const Matrix& design, std::span<const int> labels, int classes) {
  require(classes >= 1 && design.rows() >= 1,
          "training needs at least one class and row: " + std::to_string(classes) + ", " +
              std::to_string(design.rows()));
  require(labels.size() == static_cast<std::size_t>(design.rows()),
          "there must be one label per row: " + std::to_string(labels.size()));
  Matrix targets = Matrix::Constant(design.rows(), classes, -0.5);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    require(labels[i] >= 0 && labels[i] < classes,
            "labels must be below " + std::to_string(classes) + ": " + std::to_string(labels[i]));
    targets(static_cast<Index>(i), labels[i]) = 0.5;
  }
  return targets;
}

Eigen::RowVectorXd preconditioner(const Matrix& design, const OptimizerOptions& optimizer) {
  return optimizer.method == Optimizer::kQuadraticGradientNag
             ? diagonal_bound(design)
             : Eigen::RowVectorXd(Eigen::RowVectorXd::Ones(design.cols()));
}

double odd_part(const SigmoidModel& model, double z) {
  if (const auto* exact = std::get_if<ExactSigmoid>(&model)) {
    return sigmoid(std::clamp(z, -exact->clamp, exact->clamp)) - 0.5;
  }
  return std::get<Activation>(model).odd_part(z);
}

double domain(const SigmoidModel& model) {
  const auto* activation = std::get_if<Activation>(&model);
  return activation != nullptr ? activation->domain() : std::numeric_limits<double>::infinity();
}

std::optional<RangeExceedance> find_exceedance(const Matrix& z, double limit, int iteration) {
  for (Index i = 0; i < z.rows(); ++i) {
    for (Index k = 0; k < z.cols(); ++k) {
      if (!(std::abs(z(i, k)) <= limit)) {  // true for NaN too
        return RangeExceedance{iteration, i, k, z(i, k)};
      }
    }
  }
  return std::nullopt;
}

}  // namespace

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
  const Matrix label_product = centred_targets(design, labels, classes).transpose() * design;
  const Eigen::RowVectorXd b = options.preconditioner.size() > 0
                                   ? options.preconditioner
                                   : preconditioner(design, options.optimizer);
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
    ++iteration;
    const Matrix z = design * v.transpose();
    if (!trace.first_exceedance) {
      trace.first_exceedance = find_exceedance(z, domain(options.activation), iteration);
    }
    const Matrix p = z.unaryExpr([&](double x) { return odd_part(options.activation, x); });
    const Matrix gradient = (label_product - p.transpose() * design) * b.asDiagonal();
    const Matrix t = w + step.rate * gradient;
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
  return centred_targets(design, labels, classes).transpose() * design *
         preconditioner(design, optimizer).asDiagonal();
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
