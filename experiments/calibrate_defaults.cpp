// SPDX-License-Identifier: Apache-2.0
// calibrate_defaults DATA [PREFIX...]: largest logits and held-back accuracy of plaintext training,
// iteration by iteration, on the shared data sets and on PREFIX.train.npy (tests/e2e/own_data.py):
// what the defaults of `plan` were fitted to (note 0013). Holds back a fifth of the training rows;
// never reads test rows.
#include <fmt/core.h>

#include <string>
#include <vector>

#include "apps/owner/experiments/whole_data_rows.h"
#include "apps/program/exit_code.h"
#include "blindfit/data/open_dataset.h"
#include "blindfit/data/whitening_choice.h"
#include "blindfit/learn/loss.h"
#include "blindfit/learn/plaintext_trainer.h"

namespace blindfit::experiments {
namespace {

constexpr int kIterations = 12;
constexpr int kConverged = 400;
constexpr double kHeldBack = 0.2;
constexpr double kNewtonStep = 4;

struct Part {
  data::Matrix design;
  data::Matrix held_design;
  data::Split rows;

  [[nodiscard]] learn::TrainingTrace train(double step, int iterations) const {
    learn::TrainerOptions options;
    options.optimizer = {.method = learn::Optimizer::kNag, .a0 = 1, .step = step};
    options.activation = learn::ExactSigmoid{};
    options.iterations = iterations;
    return learn::train(design, rows.train.labels, rows.train.classes, options);
  }
  [[nodiscard]] double accuracy(const data::Matrix& weights) const {
    return 100 * learn::accuracy(held_design * weights.transpose(), rows.test.labels);
  }
};

void report(const std::string& name, const data::Dataset& all, bool equal_units_too) {
  Part part;
  part.rows = data::stratified_split(all, kHeldBack, 1);
  data::WhiteningGrid grid;
  grid.try_equal_units = equal_units_too;
  const auto choice = program::value_or_throw(data::choose_whitening(part.rows.train, grid));
  const auto transform =
      program::value_or_throw(data::fit_transform(part.rows.train.features, choice.options));
  part.design = learn::design_matrix(data::apply(transform, part.rows.train.features));
  part.held_design = learn::design_matrix(data::apply(transform, part.rows.test.features));
  const Eigen::VectorXd norms = part.design.rowwise().norm();
  fmt::print(
      "{}: {} x {}, {} classes; {} components{}, ridge {:g}; rows' norms to {:.1f}, {:.1f} in "
      "the mean; converged {:.2f} %\n",
      name, part.rows.train.rows(), all.columns(), all.classes, choice.options.components,
      choice.options.equal_units ? " of equal units" : "", choice.ridge_fraction, norms.maxCoeff(),
      norms.mean(), part.accuracy(part.train(kNewtonStep, kConverged).weights()));
  for (const double step : {4.0, 8.0, 12.0, 16.0}) {
    const learn::TrainingTrace trace = part.train(step, kIterations);
    fmt::print("  step {:2}: ", step);
    for (const learn::IterationRecord& record : trace.iterations) {
      fmt::print(" {:.2f}/{:.1f}", part.accuracy(record.weights), record.largest_logit);
    }
    fmt::print("\n");
  }
  std::fflush(stdout);
}

data::Dataset first_rows(const data::Dataset& all, Eigen::Index rows) {
  return data::head(all, std::min(rows, all.rows()));
}

void report_all(const std::filesystem::path& data, const std::vector<std::string>& own) {
  for (const std::string& prefix : own) {
    data::OpenOptions options;
    options.labels = prefix + ".train.labels.npy";
    const auto all = program::value_or_throw(data::open_dataset(prefix + ".train.npy", options));
    for (const bool equal_units_too : {false, true}) {
      report(prefix, all, equal_units_too);
    }
  }
  std::vector<std::string> names = classical_sets();
  names.emplace_back(kIdash);
  for (const std::string& name : names) {
    report(name, medical_rows(data, name), true);
  }
  report("mnist38", mnist38_rows(data).train, true);
  const data::Dataset features = mnist_feature_rows(data).train;
  for (const Eigen::Index rows : {500, 2000, 10000}) {
    report("mnist", first_rows(features, rows), true);
  }
  report("mnist-pixels", first_rows(mnist_pixel_rows(data).train, 10000), true);
}

}  // namespace
}  // namespace blindfit::experiments

int main(int argc, char** argv) {
  using namespace blindfit;
  if (argc < 2) {
    fmt::print(stderr, "usage: calibrate_defaults DATA [PREFIX...]\n");
    return static_cast<int>(program::ExitCode::kUsage);
  }
  return program::run_and_translate("calibrate_defaults", [&] {
    experiments::report_all(argv[1], std::vector<std::string>(argv + 2, argv + argc));
  });
}
