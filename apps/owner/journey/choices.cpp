// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/choices.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "apps/program/exit_code.h"
#include "blindfit/data/whitening_choice.h"

namespace blindfit::journey {
namespace {

using base::Error;
using base::ErrorCode;

constexpr double kSpare = 1.1;
/// Narrower domains gain nothing: the sigmoid is almost a line there.
constexpr double kNarrowest = 2;
constexpr double kWidest = 1000;
constexpr int kTries = 6;

learn::TrainerOptions trainer_options(const TrainingRequest& request,
                                      const PreparedData& prepared) {
  learn::TrainerOptions options;
  options.optimizer = request.preparation.optimizer;
  options.iterations = static_cast<int>(request.iterations);
  options.preconditioner = prepared.preconditioner;
  // The planner's tiles are not known yet: equal parts.
  const auto parts = static_cast<Eigen::Index>(request.batches);
  for (Eigen::Index batch = 0; batch < parts; ++batch) {
    options.batches.push_back(
        {batch * prepared.design.rows() / parts, (batch + 1) * prepared.design.rows() / parts});
  }
  if (request.start == learn::Start::kEncrypted) {
    options.start = data::Matrix::Constant(static_cast<Eigen::Index>(request.classes),
                                           prepared.design.cols(), request.preparation.start_value);
  }
  return options;
}

}  // namespace

learn::FitMethod fit_method(int degree) noexcept {
  return degree <= 3 ? learn::FitMethod::kLeastSquares : learn::FitMethod::kMinimax;
}

data::TransformOptions choose_whitening(const data::Dataset& train,
                                        std::optional<Eigen::Index> components,
                                        std::optional<double> ridge) {
  if (components && ridge) {
    return {data::TransformKind::kWhiten, *components, *ridge};
  }
  data::WhiteningGrid grid;
  if (components) {
    grid.components = {*components};
  }
  auto options = program::value_or_throw(data::choose_whitening(train, grid)).options;
  if (components && options.components < *components) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: components must be in [1, {}], the rank of the centred features; "
                            "ask for fewer: {}",
                            train.source, options.components, *components));
  }
  options.ridge = ridge.value_or(options.ridge);
  return options;
}

learn::Activation choose_activation(int degree, const TrainingRequest& request,
                                    const PreparedData& prepared, std::span<const int> labels) {
  learn::TrainerOptions options = trainer_options(request, prepared);
  options.activation = learn::ExactSigmoid{};
  const auto classes = static_cast<int>(request.classes);
  double largest = learn::train(prepared.design, labels, classes, options).largest_logit();
  for (int i = 0; i < kTries && std::isfinite(largest) && largest * kSpare < kWidest; ++i) {
    learn::ActivationFit fit;
    fit.degree = degree;
    fit.method = fit_method(degree);
    fit.radius = std::max(kNarrowest, std::ceil(kSpare * largest * 4) / 4);
    learn::Activation activation = program::value_or_throw(learn::fit_activation(fit));
    options.activation = activation;
    const learn::TrainingTrace trace = learn::train(prepared.design, labels, classes, options);
    if (!trace.first_exceedance) {
      return activation;
    }
    largest = trace.largest_logit();
  }
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("training must keep its logits in a domain that a polynomial of degree "
                          "{} can cover: it reached {:.3g}; give --range, a smaller --step or "
                          "fewer --iterations",
                          degree, largest));
}

}  // namespace blindfit::journey
