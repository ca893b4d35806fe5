// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/idash.h"

#include "apps/owner/experiments/folds.h"
#include "apps/owner/experiments/whole_data_rows.h"
#include "apps/owner/journey/choices.h"
#include "apps/program/exit_code.h"
#include "blindfit/learn/loss.h"

namespace blindfit::experiments {
namespace {

using nlohmann::json;

/// What N = 2^15 holds at this scale and degree.
constexpr std::size_t kIterations = 3;
constexpr int kDegree = 7;
constexpr unsigned kScaleBits = 36;
/// Divided by the rows this is the Newton step of the sigmoid's curvature on whitened features.
constexpr double kNewtonStep = 4;
/// After these the weights change in the seventh digit only.
constexpr int kConverged = 300;

journey::Preparation preparation_of(const data::Dataset& train) {
  const auto axes = program::value_or_throw(data::principal_axes(train.features));
  journey::Preparation preparation;
  preparation.transform = {data::TransformKind::kWhiten, axes.eigenvalues.size(), 0};
  preparation.optimizer = {.method = learn::Optimizer::kNag, .a0 = 1, .step = kNewtonStep};
  return preparation;
}

json logistic_regression(const Rows& rows) {
  const journey::Preparation preparation = preparation_of(rows.train);
  const journey::PreparedData prepared = journey::prepare(rows.train, preparation);
  learn::TrainerOptions options;
  options.optimizer = preparation.optimizer;
  options.iterations = kConverged;
  const learn::TrainingTrace trace =
      learn::train(prepared.design, rows.train.labels, rows.train.classes, options);
  const data::Matrix logits =
      learn::logits(learn::make_head(trace.weights(), prepared.transform), rows.heldout.features);
  const Eigen::VectorXd scores = logits.col(1) - logits.col(0);
  return {{"logistic_regression_accuracy", learn::accuracy(logits, rows.heldout.labels)},
          {"logistic_regression_auc",
           learn::area_under_curve({scores.data(), static_cast<std::size_t>(scores.size())},
                                   rows.heldout.labels)}};
}

json no_figures(const journey::OwnerPlan&, const journey::PreparedData&,
                const learn::TrainingTrace&) {
  return json::object();
}

}  // namespace

journey::OwnerPlan plan_idash(const data::Dataset& train, const learn::CostModel& cost) {
  journey::TrainingRequest request;
  request.preparation = preparation_of(train);
  request.rows = static_cast<std::size_t>(train.rows());
  request.features = 1 + static_cast<std::size_t>(request.preparation.transform.components);
  request.classes = static_cast<std::size_t>(train.classes);
  request.iterations = kIterations;
  request.labels = learn::LabelSource::kUploadedProduct;
  request.scale_bits = kScaleBits;
  request.activation =
      journey::choose_activation({.degree = kDegree, .extension = {}}, request,
                                 journey::prepare(train, request.preparation), train.labels);
  return journey::make_plan(request, cost);
}

json run_idash_experiment(
    const RunOptions& options,
    const std::function<void(const std::string& name, const json& figures)>& say) {
  const RunOptions settled = settle(options);
  const learn::CostModel cost = learn::measure_cost_model(settled.threads);
  const Experiment experiment{kIdashName, kIdashSummary, nullptr, plan_idash, no_figures, ""};
  const auto run = [&](const std::string& name) {
    const auto folds = cross_validation_rows(medical_rows(settled.data, name));
    json figures = run_folds(experiment, folds, cost, settled, logistic_regression);
    say(name, figures);
    return figures;
  };
  json figures = run(kIdash);
  for (const std::string& name : classical_sets()) {
    figures["sets"][name] = run(name);
  }
  return figures;
}

}  // namespace blindfit::experiments
