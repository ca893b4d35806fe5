// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/convergence.h"

#include "apps/program/exit_code.h"

namespace blindfit::experiments {
namespace {

constexpr std::size_t kIterations = 30;
constexpr std::size_t kManyIterations = 100;
constexpr int kDegree = 9;
constexpr double kRange = 16;

learn::Activation activation() {
  learn::ActivationFit fit;
  fit.degree = kDegree;
  fit.radius = kRange;
  return program::value_or_throw(learn::fit_activation(fit));
}

journey::OwnerPlan plan_iterations(const data::Dataset& train, std::size_t iterations,
                                   const learn::CostModel& cost) {
  journey::TrainingRequest request;
  request.rows = static_cast<std::size_t>(train.rows());
  request.features = 1 + static_cast<std::size_t>(train.columns());
  request.classes = static_cast<std::size_t>(train.classes);
  request.iterations = iterations;
  request.preparation.transform.kind = data::TransformKind::kCentre;
  request.preparation.optimizer = {
      .method = learn::Optimizer::kQuadraticGradientNag, .a0 = 1, .step = {}};
  request.activation = activation();
  request.refreshes = journey::Refreshes::kAlways;
  return journey::make_plan(request, cost);
}

}  // namespace

journey::OwnerPlan plan_convergence(const data::Dataset& train, const learn::CostModel& cost) {
  return plan_iterations(train, kIterations, cost);
}

journey::OwnerPlan plan_long_convergence(const data::Dataset& train, const learn::CostModel& cost) {
  return plan_iterations(train, kManyIterations, cost);
}

}  // namespace blindfit::experiments
