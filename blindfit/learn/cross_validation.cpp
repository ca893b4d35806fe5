// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/cross_validation.h"

#include <algorithm>

#include "blindfit/learn/loss.h"

namespace blindfit::learn {
namespace {

base::Result<data::FeatureTransform> fit_within_rank(const Matrix& features,
                                                     data::TransformOptions options) {
  if (options.kind == data::TransformKind::kWhiten) {
    const auto axes = data::principal_axes(features);
    if (!axes) {
      return axes.error();
    }
    options.components = std::min(options.components, axes->eigenvalues.size());
  }
  return data::fit_transform(features, options);
}

}  // namespace

base::Result<CrossValidation> cross_validate(const data::Dataset& dataset,
                                             const data::TransformOptions& transform,
                                             const TrainerOptions& trainer, int folds,
                                             std::uint64_t seed) {
  if (dataset.labels.empty()) {
    return base::Error(base::ErrorCode::kInvalidArgument,
                       "cross-validation needs labels: " + dataset.source + " has none");
  }
  const std::vector<int> fold_of_row = data::stratified_folds(dataset.labels, folds, seed);
  CrossValidation result;
  result.accuracy.assign(static_cast<std::size_t>(trainer.iterations), 0.0);
  for (int fold = 0; fold < folds; ++fold) {
    const data::Split split = data::split_by_fold(dataset, fold_of_row, fold);
    if (split.test.rows() == 0) {
      continue;  // fewer rows than folds
    }
    const auto fitted = fit_within_rank(split.train.features, transform);
    if (!fitted) {
      return fitted.error();
    }
    const TrainingTrace trace = train(design_matrix(data::apply(*fitted, split.train.features)),
                                      split.train.labels, dataset.classes, trainer);
    const Matrix held_out = design_matrix(data::apply(*fitted, split.test.features));
    const double share =
        static_cast<double>(split.test.rows()) / static_cast<double>(dataset.rows());
    for (std::size_t t = 0; t < trace.iterations.size(); ++t) {
      result.accuracy[t] +=
          share * accuracy(held_out * trace.iterations[t].weights.transpose(), split.test.labels);
    }
    result.largest_logit = std::max(result.largest_logit, trace.largest_logit());
  }
  return result;
}

}  // namespace blindfit::learn
