// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/demo/demo_choice.h"

#include <algorithm>
#include <array>
#include <vector>

#include "apps/owner/journey/choices.h"
#include "apps/program/exit_code.h"
#include "blindfit/learn/cross_validation.h"

namespace blindfit::demo {
namespace {

constexpr int kFolds = 5;
constexpr std::uint64_t kFoldSeed = 1;
constexpr std::array kComponents = {15, 31, 63};  // with the bias they fill a tile
constexpr std::array kRidgePercents = {0.1, 0.3, 1.0, 3.0};
constexpr std::array kSteps = {4.0, 8.0, 16.0, 32.0};

std::vector<DemoChoice> candidates(Eigen::Index rank) {
  std::vector<DemoChoice> list;
  for (const int components : kComponents) {
    for (const double ridge : kRidgePercents) {
      for (const double step : kSteps) {
        list.push_back({std::min<Eigen::Index>(components, rank), ridge, step, 0, 0});
      }
    }
  }
  return list;
}

/// Fills in the range and the accuracy; the accuracy stays 0 if no range covers the logits.
void validate(const data::Dataset& train, double scatter, DemoChoice& choice) {
  journey::TrainingRequest request;
  request.classes = static_cast<std::size_t>(train.classes);
  request.iterations = kIterations;
  request.preparation.transform = {data::TransformKind::kWhiten, choice.components,
                                   choice.ridge_percent / 100 * scatter};
  request.preparation.optimizer = {.method = learn::Optimizer::kNag, .a0 = 1, .step = choice.step};
  learn::TrainerOptions trainer;
  trainer.optimizer = request.preparation.optimizer;
  trainer.iterations = kIterations;
  const learn::Activation activation =
      journey::choose_activation({.degree = kDegree, .extension = {}}, request,
                                 journey::prepare(train, request.preparation), train.labels);
  trainer.activation = activation;
  choice.range = activation.domain();
  choice.accuracy =
      program::value_or_throw(
          learn::cross_validate(train, request.preparation.transform, trainer, kFolds, kFoldSeed))
          .accuracy.back();
}

}  // namespace

DemoChoice choose_training(const data::Dataset& train, base::ThreadPool& pool) {
  const auto axes = program::value_or_throw(data::principal_axes(train.features));
  std::vector<DemoChoice> choices = candidates(axes.eigenvalues.size());
  pool.parallel_for(choices.size(),
                    [&](std::size_t i) { validate(train, axes.eigenvalues.sum(), choices[i]); });
  return *std::max_element(
      choices.begin(), choices.end(),
      [](const DemoChoice& a, const DemoChoice& b) { return a.accuracy < b.accuracy; });
}

}  // namespace blindfit::demo
