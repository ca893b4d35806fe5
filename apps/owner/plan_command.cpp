// SPDX-License-Identifier: Apache-2.0
// `blindfit plan`: states levels, keys, upload, memory and time before anything secret is made.
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "apps/owner/commands.h"
#include "apps/owner/journey/choices.h"
#include "apps/owner/journey/defaults.h"
#include "apps/owner/journey/encryption.h"
#include "apps/owner/journey/plan_table.h"
#include "apps/owner/plan_flags.h"
#include "apps/program/exit_code.h"
#include "apps/program/machine.h"

namespace blindfit::commands {
namespace {

using base::Error;
using base::ErrorCode;

constexpr double kSoftmaxRangeWithoutData = 16;
constexpr double kRangeWithoutData = 8;
constexpr int kDegreeWithoutRule = 5;
constexpr double kGib = 0x1p30;
/// Any order that has nothing to do with the file's will do, and the same one is the better: plans
/// of the same data are the same.
constexpr std::uint64_t kShuffleSeed = 1;

using Flags = PlanFlags;

std::optional<data::Dataset> read_data(const Flags& flags) {
  if (!flags.data.data.empty()) {
    data::Dataset train = load_data(flags.data, 2);
    if (train.labels.empty()) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("{}: training data must have labels: none; give --label-column or "
                              "--labels",
                              train.source));
    }
    return train;
  }
  if (flags.rows == 0 || flags.features == 0 || flags.classes == 0) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("a plan needs --data, or --rows, --features and --classes: {}, {}, {}",
                            flags.rows, flags.features, flags.classes));
  }
  return std::nullopt;
}

/// --ridge and the other flags of whitening.
journey::WhiteningWishes whitening_wishes(const Flags& flags, bool with_data) {
  journey::WhiteningWishes wishes;
  wishes.components = flags.components;
  wishes.equal_units = std::nullopt;
  if (!flags.units.empty()) {
    wishes.equal_units = journey::equal_units(flags.units);
  }
  const std::string& text = flags.ridge;
  if (text.empty()) {
    return wishes;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit(end, text.data() + text.size());
  if (error != std::errc() || !(value >= 0) || !(unit.empty() || (unit == "%" && with_data))) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("--ridge must be a number >= 0, or with --data a per cent: {}", text));
  }
  if (unit.empty()) {
    wishes.ridge = value;
  } else {
    wishes.ridge_fraction = value / 100;
  }
  return wishes;
}

/// What was chosen, and why: a line each.
using Reasons = std::vector<std::pair<const char*, std::string>>;

data::TransformOptions make_whitening(const Flags& flags, const std::optional<data::Dataset>& train,
                                      Reasons& reasons) {
  const journey::WhiteningWishes wishes = whitening_wishes(flags, train.has_value());
  if (!train) {
    const Eigen::Index components =
        wishes.components.value_or(journey::components_by_rule(flags.rows, flags.features));
    if (!wishes.components) {
      reasons.emplace_back("components",
                           fmt::format("{}: with the bias a power of two, at most the features and "
                                       "a quarter of the rows; --data chooses",
                                       components));
    }
    return {data::TransformKind::kWhiten, components, wishes.ridge.value_or(0),
            wishes.equal_units.value_or(false)};
  }
  const data::WhiteningChoice choice = journey::choose_whitening(*train, wishes);
  if (!(wishes.components && wishes.ridge && wishes.equal_units)) {
    reasons.emplace_back(
        "components",
        fmt::format("{} in {} units, ridge {:g} % of the scatter: the fewest within a standard "
                    "error of the smallest leave-one-out error ({:.4f}, {:.4f})",
                    choice.options.components, choice.options.equal_units ? "equal" : "the file's",
                    100 * choice.ridge_fraction, choice.press, choice.best_press));
  }
  return choice.options;
}

/// The rules are for steps that are alike, on all rows, from W = 0, on whitened features.
bool has_rules(const Flags& flags, const journey::Preparation& p) {
  return p.transform.kind == data::TransformKind::kWhiten && p.loss == learn::Loss::kSle &&
         p.optimizer.method == learn::Optimizer::kNag && p.optimizer.a0 == 1 &&
         p.optimizer.schedule == learn::StepSchedule::kConstant && flags.batches == 1 &&
         flags.start == "zero";
}

/// Step and iterations where flags leave them open.
void choose_steps(const Flags& flags, const std::optional<data::Dataset>& train,
                  journey::TrainingRequest& request, Reasons& reasons) {
  learn::OptimizerOptions& optimizer = request.preparation.optimizer;
  request.iterations = flags.iterations.value_or(journey::kDefaultIterations);
  if (!has_rules(flags, request.preparation) || (flags.iterations && flags.step)) {
    return;
  }
  if (!train || flags.no_mirror) {
    optimizer.step = flags.step.value_or(journey::kDefaultStep);
    reasons.emplace_back("training", fmt::format("{} iterations of step {:g}: the rule for data "
                                                 "that nobody has seen",
                                                 request.iterations, *optimizer.step));
    return;
  }
  const journey::TrainingChoice choice =
      journey::choose_training(*train, request.preparation, {flags.iterations, flags.step});
  request.iterations = choice.iterations;
  optimizer.step = choice.step;
  const std::string what =
      fmt::format("{} iterations of step {:g}", choice.iterations, choice.step);
  reasons.emplace_back(
      "training",
      choice.held_back == 0
          ? what + ": by rule; there are too few rows to hold some back"
          : fmt::format("{}: {:.2f} % of {} rows held back in the clear; logistic "
                        "regression run to its end {:.2f} %",
                        what, 100 * choice.accuracy, choice.held_back, 100 * choice.reference));
}

journey::Preparation make_preparation(const Flags& flags, const std::optional<data::Dataset>& train,
                                      Reasons& reasons) {
  journey::Preparation p;
  p.transform.kind = journey::transform_kind(flags.transform);
  const bool whiten = p.transform.kind == data::TransformKind::kWhiten;
  if (whiten) {
    p.transform = make_whitening(flags, train, reasons);
  }
  const std::string fallback = whiten ? "nag" : "quadratic-gradient";
  p.optimizer.method = journey::optimizer_method(flags.method.empty() ? fallback : flags.method);
  p.optimizer.a0 = flags.a0;
  p.optimizer.step = flags.step;
  p.loss = program::value_or_throw(learn::loss_from(flags.loss));
  if (whiten && !flags.step && p.optimizer.method != learn::Optimizer::kQuadraticGradientNag) {
    p.optimizer.step = 1 / learn::curvature(p.loss);  // the Newton step of whitened features
  }
  p.optimizer.schedule = journey::step_schedule(flags.schedule);
  p.optimizer.schedule_rate = flags.schedule_rate;
  p.optimizer.weight_decay = flags.weight_decay;
  if (flags.batches > 1) {
    p.shuffle = kShuffleSeed;
  }
  p.bound = journey::curvature_bound(flags.bound);
  p.start_value = flags.start_value;
  if (train) {
    p.class_names = train->class_names;
  }
  return p;
}

journey::TrainingRequest make_request(const Flags& flags, const std::optional<data::Dataset>& train,
                                      Reasons& reasons) {
  journey::TrainingRequest request;
  request.preparation = make_preparation(flags, train, reasons);
  choose_steps(flags, train, request, reasons);
  request.rows = train ? static_cast<std::size_t>(train->rows()) : flags.rows;
  const data::TransformOptions& transform = request.preparation.transform;
  const std::size_t plain = train ? static_cast<std::size_t>(train->columns()) : flags.features;
  request.features = 1 + (transform.kind == data::TransformKind::kWhiten
                              ? static_cast<std::size_t>(transform.components)
                              : plain);
  request.classes =
      train ? std::max(flags.classes, static_cast<std::size_t>(train->classes)) : flags.classes;
  request.batches = flags.batches;
  const bool product = flags.labels_as.empty() ? has_rules(flags, request.preparation)
                                               : flags.labels_as == "product";
  request.labels =
      product ? learn::LabelSource::kUploadedProduct : learn::LabelSource::kEncryptedLabels;
  request.start = flags.start == "encrypted" ? learn::Start::kEncrypted : learn::Start::kZero;
  request.scale_bits = flags.scale_bits;
  request.refreshes = journey::refreshes_policy(flags.refreshes);
  request.inference = flags.inference;
  request.weight_bound = flags.weight_bound;
  request.log_n = flags.log_n;
  request.max_ciphertexts = flags.max_ciphertexts;
  if (flags.max_key_gib) {
    request.max_key_bytes = *flags.max_key_gib * kGib;
  }
  return request;
}

learn::Activation make_activation(const Flags& flags, const journey::TrainingRequest& request,
                                  const data::Dataset* train, const journey::PreparedData* prepared,
                                  Reasons& reasons) {
  if (request.preparation.loss != learn::Loss::kSle) {
    return {};
  }
  if (flags.activation == "paper-cubic") {
    return learn::paper_cubic();
  }
  const bool rules = has_rules(flags, request.preparation);
  learn::ActivationFit fit;
  fit.degree = rules ? journey::degree_by_rule(request.iterations, prepared && !flags.no_mirror)
                     : kDegreeWithoutRule;
  fit.extension.steps = flags.extensions;
  const std::string& text = flags.activation;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fit.degree);
  if (!text.empty() && (error != std::errc() || end != text.data() + text.size())) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("--activation must be paper-cubic or an odd degree: {}", text));
  }
  const double rule =
      rules ? journey::range_by_rule(*request.preparation.optimizer.step, request.iterations)
            : kRangeWithoutData;
  if (!flags.range && prepared != nullptr && !flags.no_mirror) {
    auto found = journey::choose_activation(fit, request, *prepared, train->labels);
    reasons.emplace_back("range", fmt::format("{:g}: a tenth beyond the largest logit of the "
                                              "mirror; by rule {:g}",
                                              found.domain(), rule));
    return found;
  }
  if (!flags.range) {
    reasons.emplace_back("range", fmt::format("{:g}: by the rule for this step and these "
                                              "iterations",
                                              rule));
  }
  fit.method = journey::fit_method(fit.degree);
  fit.radius = flags.range.value_or(rule) / fit.extension.widest(1);
  return program::value_or_throw(learn::fit_activation(fit));
}

/// Set for the loss that has one.
std::optional<learn::SoftmaxApproximation> make_softmax(const Flags& flags,
                                                        const journey::TrainingRequest& request,
                                                        const data::Dataset* train,
                                                        const journey::PreparedData* prepared,
                                                        Reasons& reasons) {
  if (request.preparation.loss != learn::Loss::kSoftmax) {
    return std::nullopt;
  }
  if (!flags.range && prepared != nullptr && !flags.no_mirror) {
    auto found = journey::choose_softmax(request, *prepared, train->labels);
    reasons.emplace_back(
        "range",
        fmt::format("{:g}: a tenth beyond the largest logit of the mirror", found.spec.domain));
    return found;
  }
  return program::value_or_throw(
      learn::make_softmax({request.classes, flags.range.value_or(kSoftmaxRangeWithoutData)}));
}

void run(const Flags& flags) {
  const program::Console console(flags.common);
  if (!flags.out.empty()) {
    program::check_target(flags.out);
  }
  std::optional<data::Dataset> train = read_data(flags);
  Reasons reasons;
  journey::TrainingRequest request = make_request(flags, train, reasons);
  std::optional<journey::PreparedData> prepared;
  if (train) {
    train = journey::arrange(std::move(*train), request.preparation);
    prepared = journey::prepare(*train, request.preparation);
  }
  request.activation = make_activation(flags, request, train ? &*train : nullptr,
                                       prepared ? &*prepared : nullptr, reasons);
  request.softmax = make_softmax(flags, request, train ? &*train : nullptr,
                                 prepared ? &*prepared : nullptr, reasons);
  const std::size_t threads =
      flags.common.threads == 0 ? program::available_cores() : flags.common.threads;
  const journey::OwnerPlan plan = journey::make_plan(request, learn::measure_cost_model(threads));
  journey::print_plan(console, plan, threads);
  for (const auto& [what, why] : reasons) {
    console.row(fmt::format("chosen: {}", what), why);
  }
  if (prepared && !flags.no_mirror) {
    const auto mirror = journey::run_mirror(plan, *prepared, train->labels);
    for (const std::string& warning : journey::range_warnings(plan, mirror)) {
      fmt::print(stderr, "blindfit: warning: {}\n", warning);
    }
  }
  if (!flags.out.empty()) {
    journey::save_owner_plan(flags.out, plan);
    console.print("wrote '{}'; next: blindfit keygen --plan {} --out DIR\n", flags.out, flags.out);
  }
  nlohmann::json figures = journey::plan_figures(plan);
  for (const auto& [what, why] : reasons) {
    figures["chosen"][what] = why;
  }
  console.write_json(figures);
}

}  // namespace

void add_plan_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "plan",
      "Plan a training run: levels, keys, upload, memory and time. Makes nothing secret. With "
      "--data, what is left open is chosen from the data in the clear, on this machine.");
  const auto flags = std::make_shared<Flags>();
  add_plan_flags(*command, *flags);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::commands
