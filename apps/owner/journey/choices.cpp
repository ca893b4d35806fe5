// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/choices.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "apps/program/exit_code.h"

namespace blindfit::journey {
namespace {

using base::Error;
using base::ErrorCode;

constexpr double kSpare = 1.1;
/// Narrower domains gain nothing: the sigmoid is almost a line there.
constexpr double kNarrowest = 2;
constexpr double kWidest = 1000;
constexpr int kTries = 6;
constexpr Eigen::Index kMostRowsToChoose = 20'000;

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

data::Dataset sample_rows(const data::Dataset& train) {
  if (train.rows() <= kMostRowsToChoose) {
    return train;
  }
  std::vector<Eigen::Index> rows(static_cast<std::size_t>(kMostRowsToChoose));
  for (Eigen::Index i = 0; i < kMostRowsToChoose; ++i) {
    rows[static_cast<std::size_t>(i)] = i * train.rows() / kMostRowsToChoose;
  }
  return data::select(train, rows);
}

data::WhiteningChoice choose_whitening(const data::Dataset& train, const WhiteningWishes& wishes) {
  if (wishes.components && wishes.ridge && wishes.equal_units) {
    return {{data::TransformKind::kWhiten, *wishes.components, *wishes.ridge, *wishes.equal_units}};
  }
  data::WhiteningGrid grid;
  grid.components = {7, 15, 31, 63, 127, 255, 511, 1023};
  if (wishes.components) {
    grid.components = {*wishes.components};
  }
  if (wishes.ridge_fraction) {
    grid.ridge_fractions = {*wishes.ridge_fraction};
  }
  grid.try_equal_units = wishes.equal_units.value_or(true);
  grid.try_file_units = !wishes.equal_units.value_or(false);
  const data::Dataset sample = sample_rows(train);
  auto choice = program::value_or_throw(data::choose_whitening(sample, grid));
  data::TransformOptions& options = choice.options;
  if (wishes.components && options.components < *wishes.components) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: components must be in [1, {}], the rank of the centred features; "
                            "ask for fewer: {}",
                            train.source, options.components, *wishes.components));
  }
  // The scatter grows with the rows.
  options.ridge *= static_cast<double>(train.rows()) / static_cast<double>(sample.rows());
  options.ridge = wishes.ridge.value_or(options.ridge);
  return choice;
}

namespace {

/// The first of make(domain) whose domain the mirror does not leave, with a tenth to spare. Throws
/// Error{kInvalidArgument} if the training diverges with every one.
template <typename Make>
auto choose_domain(const learn::ActivationModel& exact, const Make& make,
                   const TrainingRequest& request, const PreparedData& prepared,
                   std::span<const int> labels) -> decltype(make(1.0)) {
  learn::TrainerOptions options = trainer_options(request, prepared);
  options.activation = exact;
  const auto classes = static_cast<int>(request.classes);
  double largest = learn::train(prepared.design, labels, classes, options).largest_logit();
  for (int i = 0; i < kTries && std::isfinite(largest) && largest * kSpare < kWidest; ++i) {
    auto model = make(std::max(kNarrowest, std::ceil(kSpare * largest * 4) / 4));
    options.activation = model;
    const learn::TrainingTrace trace = learn::train(prepared.design, labels, classes, options);
    if (!trace.first_exceedance) {
      return model;
    }
    largest = std::max(largest * kSpare, trace.largest_logit());
  }
  throw Error(
      ErrorCode::kInvalidArgument,
      fmt::format("training must keep its logits in a domain that the activation can cover: "
                  "it reached {:.3g}; give --range, a smaller --step or fewer --iterations",
                  largest));
}

}  // namespace

learn::Activation choose_activation(learn::ActivationFit shape, const TrainingRequest& request,
                                    const PreparedData& prepared, std::span<const int> labels) {
  shape.method = fit_method(shape.degree);
  const auto make = [&shape](double domain) {
    shape.radius = domain / shape.extension.widest(1);
    return program::value_or_throw(learn::fit_activation(shape));
  };
  return choose_domain(learn::ExactSigmoid{}, make, request, prepared, labels);
}

learn::SoftmaxApproximation choose_softmax(const TrainingRequest& request,
                                           const PreparedData& prepared,
                                           std::span<const int> labels) {
  const auto make = [&request](double domain) {
    return program::value_or_throw(learn::make_softmax({request.classes, domain}));
  };
  return choose_domain(learn::ExactSoftmax{}, make, request, prepared, labels);
}

}  // namespace blindfit::journey
