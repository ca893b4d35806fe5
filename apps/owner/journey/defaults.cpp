// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/defaults.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "apps/owner/journey/choices.h"
#include "apps/program/exit_code.h"
#include "blindfit/learn/loss.h"

namespace blindfit::journey {
namespace {

using program::value_or_throw;

constexpr double kRangePerStep = 1.25;
constexpr double kRangePerIteration = 2;
constexpr std::size_t kMostIterationsOfDegree7 = 4;

constexpr int kFolds = 5;
constexpr std::uint64_t kFoldSeed = 1;
/// One fold holds a thousand rows then: the standard error of an accuracy is below a point.
constexpr Eigen::Index kRowsForOneFold = 5'000;
/// Fewer say nothing.
constexpr std::size_t kFewestRows = 10;
constexpr double kTolerance = 0.002;
constexpr double kStandardErrors = 0.5;
/// The Newton step of the sigmoid's curvature, with which NAG converges, and long enough for it.
constexpr double kSafeStep = 4;
constexpr int kConverged = 200;

/// One fold held out, prepared.
struct Fold {
  data::Matrix design;
  std::vector<int> labels;
  data::Matrix held_design;
  std::vector<int> held_labels;
};

class Folds {
 public:
  Folds(const data::Dataset& all, const data::TransformOptions& transform) : classes_(all.classes) {
    const std::vector<int> fold_of = data::stratified_folds(all.labels, kFolds, kFoldSeed);
    const int count = all.rows() < kRowsForOneFold ? kFolds : 1;
    for (int i = 0; i < count; ++i) {
      add(data::split_by_fold(all, fold_of, i), transform, all.rows());
    }
  }
  [[nodiscard]] std::size_t held_back() const noexcept { return held_back_; }
  /// Of held-back rows after the last iteration.
  [[nodiscard]] double accuracy(const learn::TrainerOptions& options) const {
    double right = 0;
    for (const Fold& fold : folds_) {
      const auto trace = learn::train(fold.design, fold.labels, classes_, options);
      right += static_cast<double>(fold.held_labels.size()) *
               learn::accuracy(fold.held_design * trace.weights().transpose(), fold.held_labels);
    }
    return right / static_cast<double>(held_back_);
  }

 private:
  void add(const data::Split& split, data::TransformOptions transform, Eigen::Index all_rows) {
    if (split.test.rows() == 0) {
      return;
    }
    const auto axes = value_or_throw(data::principal_axes(split.train.features));
    transform.components = std::min(transform.components, axes.eigenvalues.size());
    if (transform.components == 0) {
      return;
    }
    transform.ridge *= static_cast<double>(split.train.rows()) / static_cast<double>(all_rows);
    const auto fitted = value_or_throw(data::fit_transform(split.train.features, transform));
    folds_.push_back(
        {learn::design_matrix(data::apply(fitted, split.train.features)), split.train.labels,
         learn::design_matrix(data::apply(fitted, split.test.features)), split.test.labels});
    held_back_ += split.test.labels.size();
  }

  std::vector<Fold> folds_;
  int classes_;
  std::size_t held_back_ = 0;
};

learn::TrainerOptions options_of(const Preparation& preparation, double step, int iterations) {
  learn::TrainerOptions options;
  options.optimizer = preparation.optimizer;
  options.optimizer.step = step;
  options.iterations = iterations;
  options.activation = learn::ExactSigmoid{};
  return options;
}

learn::Activation activation_by_rule(double step, std::size_t iterations) {
  learn::ActivationFit fit;
  fit.degree = degree_by_rule(iterations, true);
  fit.method = fit_method(fit.degree);
  fit.radius = range_by_rule(step, iterations);
  return value_or_throw(learn::fit_activation(fit));
}

}  // namespace

Eigen::Index components_by_rule(std::size_t rows, std::size_t features) noexcept {
  const std::size_t most = std::min(features, rows / 4);
  std::size_t tile = 2;
  while (2 * tile - 1 <= most) {
    tile *= 2;
  }
  return static_cast<Eigen::Index>(tile - 1);
}

double range_by_rule(double step, std::size_t iterations) noexcept {
  const double growth = iterations > 2 ? static_cast<double>(iterations - 2) : 0;
  return kRangePerStep * step + kRangePerIteration * growth;
}

int degree_by_rule(std::size_t iterations, bool checked) noexcept {
  if (iterations <= kMostIterationsOfDegree7) {
    return checked ? 7 : 5;
  }
  return checked ? 15 : 13;
}

TrainingChoice choose_training(const data::Dataset& train, const Preparation& preparation,
                               const TrainingWishes& wishes) {
  const data::Dataset sample = sample_rows(train);
  data::TransformOptions transform = preparation.transform;
  transform.ridge *= static_cast<double>(sample.rows()) / static_cast<double>(train.rows());
  const Folds folds(sample, transform);
  if (folds.held_back() < kFewestRows) {
    return {wishes.iterations.value_or(kDefaultIterations), wishes.step.value_or(kSafeStep)};
  }
  const double reference = folds.accuracy(options_of(preparation, kSafeStep, kConverged));
  const double error =
      std::sqrt(reference * (1 - reference) / static_cast<double>(folds.held_back()));
  const double enough = reference - std::max(kTolerance, kStandardErrors * error);
  std::vector<std::size_t> counts = {3, 4, 6, 8, 10};
  std::vector<double> steps = {4, 8, 12};
  if (wishes.iterations) {
    counts = {*wishes.iterations};
  }
  if (wishes.step) {
    steps = {*wishes.step};
  }
  std::optional<TrainingChoice> best;
  for (const std::size_t iterations : counts) {
    for (const double step : steps) {
      auto options = options_of(preparation, step, static_cast<int>(iterations));
      options.activation = activation_by_rule(step, iterations);
      const double accuracy = folds.accuracy(options);
      if (!best || accuracy > best->accuracy) {
        best = {iterations, step, accuracy, reference, folds.held_back()};
      }
    }
    if (best->accuracy >= enough) {
      break;
    }
  }
  return *best;
}

}  // namespace blindfit::journey
