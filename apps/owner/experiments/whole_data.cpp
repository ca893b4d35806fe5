// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/whole_data.h"

#include <array>
#include <cmath>
#include <string_view>

#include "apps/owner/experiments/whole_data_rows.h"
#include "apps/program/exit_code.h"

namespace blindfit::experiments {
namespace {

/// Enough for learning (note 0010), and a tenth more iterations than 40 bits would give.
constexpr unsigned kScaleBits = 36;

/// A minimax fit on +-radius, widened `extensions` times by one half.
constexpr learn::ActivationFit polynomial(int degree, double radius, int extensions = 0) {
  learn::ActivationFit fit;
  fit.degree = degree;
  fit.radius = radius;
  fit.extension.steps = extensions;
  fit.method = learn::FitMethod::kMinimax;
  return fit;
}

constexpr std::array<WholeDataChoice, 5> kChoices = {{
    {"mnist", 255, 10, 1e-3, 12, polynomial(15, 24)},
    {"mnist-levelled", 255, 3, 3e-5, 12, polynomial(7, 16), journey::Refreshes::kNever},
    {"mnist-fast", 127, 3, 3e-5, 16, polynomial(7, 20)},
    {"mnist-pixels", 127, 40, 3e-5, 12, polynomial(15, 12, 3)},
    {"mnist38", 127, 3, 3e-5, 12, polynomial(5, 16)},
}};

/// The sum of the squares of all centred features.
double total_scatter(const data::Matrix& features) {
  return (features.rowwise() - features.colwise().mean()).squaredNorm();
}

journey::OwnerPlan plan_choice(const WholeDataChoice& choice, const data::Dataset& train,
                               const learn::CostModel& cost) {
  journey::TrainingRequest request;
  request.rows = static_cast<std::size_t>(train.rows());
  request.features = 1 + static_cast<std::size_t>(choice.components);
  request.classes = static_cast<std::size_t>(train.classes);
  request.iterations = choice.iterations;
  request.activation = activation_of(choice);
  // A pass over all rows that the owner can do as fast as it whitens; the labels stay at home.
  request.labels = learn::LabelSource::kUploadedProduct;
  request.preparation = preparation_of(choice, train);
  request.scale_bits = kScaleBits;
  request.refreshes = choice.refreshes;
  return journey::make_plan(request, cost);
}

template <std::size_t kIndex>
journey::OwnerPlan plan_of(const data::Dataset& train, const learn::CostModel& cost) {
  return plan_choice(kChoices[kIndex], train, cost);
}

nlohmann::json no_figures(const journey::OwnerPlan&, const journey::PreparedData&,
                          const learn::TrainingTrace&) {
  return nlohmann::json::object();
}

constexpr const char* kRemark =
    "The first iteration from W = 0 is (Y - 1/2)^T X, which the owner adds up while it whitens "
    "and\n"
    "uploads; `owner_only_accuracy` is what that product alone achieves. The cloud did the others.";

constexpr std::array<Experiment, 5> kExperiments = {{
    {"mnist", "60,000 rows of SqueezeNet features, 255 components, 10 iterations",
     mnist_feature_rows, plan_of<0>, no_figures, kRemark},
    {"mnist-levelled", "the same, 3 iterations without a refresh", mnist_feature_rows, plan_of<1>,
     no_figures, kRemark},
    {"mnist-fast", "the same, 127 components, 3 iterations", mnist_feature_rows, plan_of<2>,
     no_figures, kRemark},
    {"mnist-pixels", "60,000 rows of plain pixels, 127 components, 40 iterations", mnist_pixel_rows,
     plan_of<3>, no_figures, kRemark},
    {"mnist38", "3 versus 8, 11,982 rows of 14 x 14 pixels", mnist38_rows, plan_of<4>, no_figures,
     kRemark},
}};

}  // namespace

const WholeDataChoice& whole_data_choice(std::string_view name) {
  for (const WholeDataChoice& choice : kChoices) {
    if (name == choice.name) {
      return choice;
    }
  }
  throw base::Error(base::ErrorCode::kInvalidArgument,
                    "a whole data set must be one of mnist, mnist-fast, mnist-pixels, mnist38: " +
                        std::string(name));
}

learn::Activation activation_of(const WholeDataChoice& choice) {
  return program::value_or_throw(learn::fit_activation(choice.activation));
}

journey::Preparation preparation_of(const WholeDataChoice& choice, const data::Dataset& train) {
  journey::Preparation preparation;
  preparation.transform = {data::TransformKind::kWhiten, choice.components,
                           choice.ridge_fraction * total_scatter(train.features)};
  preparation.optimizer = {.method = learn::Optimizer::kNag, .a0 = 1, .step = choice.step};
  return preparation;
}

std::span<const Experiment> whole_data_experiments() {
  return kExperiments;
}

}  // namespace blindfit::experiments
