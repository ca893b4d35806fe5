// SPDX-License-Identifier: Apache-2.0
// choose_whole_data DATA NAME: searches ridge, step and polynomial of a whole-data experiment on
// training rows that it holds back, with the plaintext mirror in the cloud's place. Its result is
// copied into apps/owner/experiments/whole_data.cpp by hand (note 0010). Never reads test rows.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "apps/owner/experiments/whole_data.h"
#include "apps/owner/experiments/whole_data_rows.h"
#include "apps/program/exit_code.h"
#include "blindfit/learn/loss.h"

namespace blindfit::experiments {
namespace {

/// The last of the training rows; the rest is trained on.
constexpr Eigen::Index kHeldBack = 5000;
constexpr std::array kRidges = {3e-5, 1e-4, 3e-4, 1e-3};
constexpr std::array kSteps = {4.0, 8.0, 12.0, 16.0};
/// What an experiment may lose, or gain, against the exact sigmoid.
constexpr double kLargestDifference = 0.0015;

/// Degree, radius, extensions.
struct Polynomial {
  int degree;
  double radius;
  int extensions;
};

struct Search {
  const char* name;
  Rows (*rows)(const std::filesystem::path& data);
  bool cross_validate;
  std::vector<Polynomial> polynomials;
};

std::vector<Search> searches() {
  const std::vector<Polynomial> three_levels = {
      {5, 12, 0}, {5, 16, 0}, {7, 12, 0}, {7, 16, 0}, {7, 20, 0}};
  return {{"mnist",
           mnist_feature_rows,
           false,
           {{7, 12, 0},
            {7, 16, 0},
            {7, 20, 0},
            {7, 12, 1},
            {9, 16, 0},
            {9, 12, 1},
            {13, 16, 0},
            {13, 20, 0},
            {15, 16, 0},
            {15, 20, 0},
            {15, 24, 0}}},
          {"mnist-levelled", mnist_feature_rows, false, three_levels},
          {"mnist-fast", mnist_feature_rows, false, three_levels},
          {"mnist-pixels", mnist_pixel_rows, false, {{7, 12, 3}, {9, 12, 3}, {15, 12, 3}}},
          {"mnist38", mnist38_rows, true, three_levels}};
}

struct Outcome {
  WholeDataChoice choice;
  double accuracy = 0;
  double exact_accuracy = 0;
  double largest_logit = 0;
  double largest_weight = 0;

  [[nodiscard]] bool allowed() const {
    return largest_logit <= activation_of(choice).domain() &&
           std::abs(accuracy - exact_accuracy) <= kLargestDifference;
  }
};

struct Validation {
  double accuracy = 0;
  double largest_logit = 0;
  double largest_weight = 0;
};

/// One part held back, prepared.
struct Part {
  data::Matrix design;
  std::vector<int> labels;
  data::Matrix held_design;
  std::vector<int> held_labels;
};

std::vector<Rows> split(const data::Dataset& train, bool cross_validate) {
  if (cross_validate) {
    return cross_validation_rows(train);
  }
  const Eigen::Index kept = train.rows() - kHeldBack;
  return {{data::head(train, kept), data::slice(train, kept, kHeldBack)}};
}

Part prepare_part(const Rows& rows, const WholeDataChoice& choice) {
  const journey::PreparedData prepared =
      journey::prepare(rows.train, preparation_of(choice, rows.train));
  return {prepared.design, rows.train.labels,
          learn::design_matrix(data::apply(prepared.transform, rows.heldout.features)),
          rows.heldout.labels};
}

/// After the last iteration; weighted by held-back rows.
Validation validate(const std::vector<Part>& parts, const WholeDataChoice& choice,
                    const learn::ActivationModel& sigmoid, int classes) {
  learn::TrainerOptions options;
  options.optimizer = {.method = learn::Optimizer::kNag, .a0 = 1, .step = choice.step};
  options.activation = sigmoid;
  options.iterations = static_cast<int>(choice.iterations);
  Validation sum;
  double rows = 0;
  for (const Part& part : parts) {
    const learn::TrainingTrace trace = learn::train(part.design, part.labels, classes, options);
    const auto held = static_cast<double>(part.held_labels.size());
    sum.accuracy +=
        held * learn::accuracy(part.held_design * trace.weights().transpose(), part.held_labels);
    sum.largest_logit = std::max(sum.largest_logit, trace.largest_logit());
    for (const learn::IterationRecord& record : trace.iterations) {
      sum.largest_weight = std::max({sum.largest_weight, record.weights.cwiseAbs().maxCoeff(),
                                     record.momentum.cwiseAbs().maxCoeff()});
    }
    rows += held;
  }
  sum.accuracy /= rows;
  return sum;
}

void print(const Outcome& o) {
  const learn::ActivationFit& fit = o.choice.activation;
  fmt::print(
      "ridge {:g} step {:g} degree {} radius {:g} extensions {}: {:.2f} %, exact {:.2f} %, "
      "logits to {:.1f} of {:.1f}, weights to {:.2f}{}\n",
      o.choice.ridge_fraction, o.choice.step, fit.degree, fit.radius, fit.extension.steps,
      100 * o.accuracy, 100 * o.exact_accuracy, o.largest_logit, activation_of(o.choice).domain(),
      o.largest_weight, o.allowed() ? "" : " (no)");
  std::fflush(stdout);
}

/// The fewest levels whose best accuracy lies within one standard error of the best of all.
const Outcome* choose(const std::vector<Outcome>& outcomes, double rows) {
  const Outcome* best = nullptr;
  for (const Outcome& o : outcomes) {
    best = o.allowed() && (best == nullptr || o.accuracy > best->accuracy) ? &o : best;
  }
  if (best == nullptr) {
    return nullptr;
  }
  const double least = best->accuracy - std::sqrt(best->accuracy * (1 - best->accuracy) / rows);
  const Outcome* chosen = best;
  for (const Outcome& o : outcomes) {
    if (!o.allowed() || o.accuracy < least) {
      continue;
    }
    const int fewer = activation_of(chosen->choice).depth() - activation_of(o.choice).depth();
    chosen = fewer > 0 || (fewer == 0 && o.accuracy > chosen->accuracy) ? &o : chosen;
  }
  return chosen;
}

void run(const std::filesystem::path& data, const Search& search) {
  const data::Dataset train = search.rows(data).train;
  const std::vector<Rows> splits = split(train, search.cross_validate);
  WholeDataChoice choice = whole_data_choice(search.name);
  std::vector<Outcome> outcomes;
  for (const double ridge : kRidges) {
    choice.ridge_fraction = ridge;
    std::vector<Part> parts;
    for (const Rows& rows : splits) {
      parts.push_back(prepare_part(rows, choice));
    }
    for (const double step : kSteps) {
      choice.step = step;
      const Validation exact = validate(parts, choice, learn::ExactSigmoid{}, train.classes);
      for (const Polynomial& polynomial : search.polynomials) {
        choice.activation.degree = polynomial.degree;
        choice.activation.radius = polynomial.radius;
        choice.activation.extension.steps = polynomial.extensions;
        const Validation v = validate(parts, choice, activation_of(choice), train.classes);
        outcomes.push_back({choice, v.accuracy, exact.accuracy, v.largest_logit, v.largest_weight});
        print(outcomes.back());
      }
    }
  }
  const double rows = search.cross_validate ? static_cast<double>(train.rows()) : double{kHeldBack};
  if (const Outcome* chosen = choose(outcomes, rows)) {
    fmt::print("\nchosen for {}:\n", search.name);
    print(*chosen);
  }
}

}  // namespace
}  // namespace blindfit::experiments

int main(int argc, char** argv) {
  using namespace blindfit;
  const int code = program::run_and_translate("choose_whole_data", [&] {
    const std::string name = argc == 3 ? argv[2] : "";
    for (const auto& search : experiments::searches()) {
      if (search.name == name) {
        experiments::run(argv[1], search);
        return;
      }
    }
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "usage: choose_whole_data DATA mnist|mnist-levelled|mnist-fast|mnist-pixels|"
                      "mnist38");
  });
  return code;
}
