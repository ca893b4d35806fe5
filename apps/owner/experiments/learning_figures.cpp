// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/learning_figures.h"

#include <algorithm>
#include <vector>

#include "apps/owner/journey/decryption.h"
#include "blindfit/learn/head.h"
#include "blindfit/learn/loss.h"

namespace blindfit::experiments {
namespace {

using nlohmann::json;

data::Matrix logits_of(const data::Matrix& weights, const data::FeatureTransform& transform,
                       const data::Dataset& rows) {
  return learn::logits(learn::make_head(weights, transform), rows.features);
}

double accuracy_of(const data::Matrix& weights, const data::FeatureTransform& transform,
                   const data::Dataset& rows) {
  return learn::accuracy(logits_of(weights, transform, rows), rows.labels);
}

double largest(const data::Matrix& m) {
  return m.cwiseAbs().maxCoeff();
}

/// The mirror with the sigmoid itself.
learn::TrainingTrace run_exact(const journey::OwnerPlan& plan,
                               const journey::PreparedData& prepared, const data::Dataset& train) {
  const learn::TrainingSpec& spec = plan.plan.spec;
  learn::TrainerOptions options;
  options.optimizer = plan.preparation.optimizer;
  options.activation = learn::ExactSigmoid{};
  options.iterations = static_cast<int>(spec.iterations());
  options.preconditioner = prepared.preconditioner;
  if (spec.start == learn::Start::kEncrypted) {
    options.start =
        data::Matrix::Constant(train.classes, prepared.design.cols(), plan.preparation.start_value);
  }
  return learn::train(prepared.design, train.labels, train.classes, options);
}

std::size_t count_different(const std::vector<int>& a, const std::vector<int>& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    count += a[i] == b[i] ? 0U : 1U;
  }
  return count;
}

/// Of the margin by which class 1 wins.
double auc_of(const data::Matrix& logits, const std::vector<int>& labels) {
  const Eigen::VectorXd scores = logits.col(1) - logits.col(0);
  return learn::area_under_curve({scores.data(), static_cast<std::size_t>(scores.size())}, labels);
}

/// One iteration's entries, and the absolute weight error.
double add_iteration(const data::Matrix& weights, const data::Matrix& mirror, const Rows& rows,
                     const data::FeatureTransform& transform, json& figures) {
  const data::Matrix heldout = logits_of(weights, transform, rows.heldout);
  const data::Matrix expected = logits_of(mirror, transform, rows.heldout);
  const double accuracy = learn::accuracy(heldout, rows.heldout.labels);
  const double error = largest(weights - mirror);
  figures["train_accuracy"].push_back(accuracy_of(weights, transform, rows.train));
  figures["heldout_accuracy"].push_back(accuracy);
  figures["test_accuracy"].push_back(accuracy);
  figures["mirror_accuracy"].push_back(learn::accuracy(expected, rows.heldout.labels));
  figures["rows_different"].push_back(
      count_different(learn::predict(heldout), learn::predict(expected)));
  figures["weight_error"].push_back(error / largest(mirror));
  return error;
}

}  // namespace

json learning_figures(const journey::OwnerFolder& owner, const std::filesystem::path& result,
                      const Rows& rows, const journey::PreparedData& prepared,
                      const learn::TrainingTrace& mirror) {
  const data::FeatureTransform& transform = prepared.transform;
  json figures;
  double error = 0;
  double weight = 0;
  data::Matrix weights;
  for (std::size_t t = 1; t <= mirror.iterations.size(); ++t) {
    const learn::IterationRecord& record = mirror.iterations[t - 1];
    weights = journey::decrypt_weights(owner, result, t).weights;
    error = std::max(error, add_iteration(weights, record.weights, rows, transform, figures));
    weight = std::max({weight, largest(record.weights), largest(record.momentum)});
  }
  const learn::TrainingTrace exact = run_exact(owner.plan, prepared, rows.train);
  for (const learn::IterationRecord& record : exact.iterations) {
    figures["plain_accuracy"].push_back(accuracy_of(record.weights, transform, rows.heldout));
  }
  if (rows.train.classes == 2) {
    const auto auc = [&](const data::Matrix& w) {
      return auc_of(logits_of(w, transform, rows.heldout), rows.heldout.labels);
    };
    figures["auc"] = auc(weights);
    figures["mirror_auc"] = auc(mirror.weights());
    figures["plain_auc"] = auc(exact.weights());
  }
  figures["max_weight_error"] = error;
  figures["largest_logit"] = mirror.largest_logit();
  figures["largest_weight"] = weight;
  figures["owner_only_accuracy"] = learn::owner_only_accuracy(rows.train, rows.heldout, transform,
                                                              owner.plan.preparation.optimizer);
  return figures;
}

}  // namespace blindfit::experiments
