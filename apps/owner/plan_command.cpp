// SPDX-License-Identifier: Apache-2.0
// `blindfit plan`: states levels, keys, upload, memory and time before anything secret is made.
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/owner/commands.h"
#include "apps/owner/data_flags.h"
#include "apps/owner/journey/choices.h"
#include "apps/owner/journey/encryption.h"
#include "apps/owner/journey/plan_table.h"
#include "apps/program/exit_code.h"
#include "apps/program/machine.h"

namespace blindfit::commands {
namespace {

using base::Error;
using base::ErrorCode;

constexpr double kRangeWithoutData = 8;
constexpr double kGib = 0x1p30;
/// Any order that has nothing to do with the file's will do, and the same one is the better: plans
/// of the same data are the same.
constexpr std::uint64_t kShuffleSeed = 1;

struct Flags {
  program::CommonOptions common;
  DataFlags data;
  std::size_t rows = 0;
  std::size_t features = 0;
  std::size_t classes = 0;
  std::string loss = "sle";
  std::size_t iterations = 3;
  std::size_t batches = 1;
  std::string transform = "whiten";
  std::optional<long> components;
  std::string ridge;
  std::string method;
  std::string bound = "paper";
  double a0 = 1;
  std::optional<double> step;
  std::string schedule = "constant";
  double schedule_rate = 0.1;
  double weight_decay = 0;
  std::string activation = "5";
  std::optional<double> range;
  std::string start = "zero";
  double start_value = 0;
  std::string labels_as = "encrypted";
  std::optional<unsigned> log_n;
  unsigned scale_bits = 40;
  std::string refreshes = "auto";
  std::optional<double> weight_bound;
  std::optional<std::size_t> max_ciphertexts;
  std::optional<double> max_key_gib;
  std::string out;
};

void add_data_options(CLI::App& command, Flags& flags) {
  add_data_flags(command, flags.data, false);
  command.add_option("--rows", flags.rows, "Training rows, instead of --data")
      ->excludes("--data")
      ->check(program::at_least(1))
      ->type_name("N");
  command.add_option("--features", flags.features, "Features a row, with --rows")
      ->excludes("--data")
      ->check(program::at_least(1))
      ->type_name("N");
  command.add_option("--classes", flags.classes, "Classes (default with --data: as many as occur)")
      ->check(program::at_least(1))
      ->type_name("N");
  command
      .add_option("--transform", flags.transform,
                  "What the owner does to features before encryption: none, centre, standardise or "
                  "whiten")
      ->capture_default_str()
      ->type_name("KIND");
  command
      .add_option("--components", flags.components,
                  "Principal components to keep when whitening (default: chosen from the data)")
      ->check(program::at_least(1))
      ->type_name("N");
  command
      .add_option(
          "--ridge", flags.ridge,
          "Added to the scatter's eigenvalues when whitening, as a number or, with --data, in "
          "per cent of their sum (default: chosen from the data)")
      ->type_name("R|P%");
}

void add_method_options(CLI::App& command, Flags& flags) {
  command
      .add_option("--loss", flags.loss,
                  "sle (each class against the rest, the paper's) or mse (squared error: no "
                  "activation, three to four levels less an iteration)")
      ->check(CLI::IsMember({"sle", "mse"}))
      ->capture_default_str();
  command
      .add_option("--iterations", flags.iterations,
                  "Steps: passes over the data, or over one batch each with --batches")
      ->capture_default_str()
      ->check(program::at_least(1))
      ->type_name("N");
  command
      .add_option("--batches", flags.batches,
                  "Cut the rows, shuffled, into this many parts, one a step in turn; a step's cost "
                  "falls less than the part does")
      ->capture_default_str()
      ->check(program::at_least(1))
      ->type_name("N");
  command
      .add_option("--method", flags.method,
                  "quadratic-gradient, nag or gradient-ascent (default: nag when whitening, else "
                  "quadratic-gradient)")
      ->type_name("METHOD");
  command
      .add_option("--bound", flags.bound, "Curvature bound of the quadratic gradient: paper, gram")
      ->capture_default_str()
      ->type_name("KIND");
  command.add_option("--a0", flags.a0, "Start of the momentum (the paper: 0.01)")
      ->capture_default_str()
      ->type_name("A");
  command
      .add_option("--step", flags.step,
                  "First step (default when whitening: one over the loss's curvature, 4 for sle "
                  "and 1 for mse; else the paper's rates)")
      ->type_name("S");
  command
      .add_option("--schedule", flags.schedule,
                  "How the step shrinks: constant, inverse 1/(1 + rate t), exponential exp(-rate "
                  "t), cosine to 0 after the last iteration")
      ->capture_default_str()
      ->type_name("KIND");
  command
      .add_option("--schedule-rate", flags.schedule_rate, "Of inverse and exponential schedules")
      ->capture_default_str()
      ->type_name("RATE");
  command
      .add_option("--weight-decay", flags.weight_decay,
                  "Fraction of the weights that an iteration takes away, by the schedule")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.999))
      ->type_name("D");
  command
      .add_option("--activation", flags.activation,
                  "Stands in for the sigmoid: paper-cubic, or an odd degree to fit")
      ->capture_default_str()
      ->type_name("DEGREE");
  command
      .add_option("--range", flags.range,
                  "Largest logit that the activation covers (default: found with the data, else 8)")
      ->type_name("R");
}

void add_protocol_options(CLI::App& command, Flags& flags) {
  command.add_option("--start", flags.start, "First weights: zero, or encrypted")
      ->check(CLI::IsMember({"zero", "encrypted"}))
      ->capture_default_str();
  command.add_option("--start-value", flags.start_value, "Of every weight of an encrypted start")
      ->type_name("W");
  command
      .add_option("--labels-as", flags.labels_as,
                  "Upload labels 'encrypted', or as their 'product' with the features")
      ->check(CLI::IsMember({"encrypted", "product"}))
      ->capture_default_str();
  command.add_option("--log-n", flags.log_n, "Ring degree 2^N (default: the fastest)")
      ->check(CLI::Range(13U, 16U))
      ->type_name("N");
  command.add_option("--scale-bits", flags.scale_bits, "Bits of the fixed-point scale")
      ->capture_default_str()
      ->type_name("BITS");
  command
      .add_option("--refresh", flags.refreshes,
                  "Refresh the weights in the cloud between iterations: auto, never, always")
      ->check(CLI::IsMember({"auto", "never", "always"}))
      ->capture_default_str();
  command
      .add_option("--weight-bound", flags.weight_bound,
                  "Largest weight that refreshes provide for (default: the activation's range)")
      ->check(program::above_zero())
      ->type_name("W");
  command.add_option("--max-ciphertexts", flags.max_ciphertexts, "Upload no more than this many")
      ->check(program::at_least(1))
      ->type_name("N");
  command
      .add_option(
          "--max-key-gib", flags.max_key_gib,
          "Make evaluation keys of no more than this many GiB on disk; about three times as "
          "much in the cloud's memory")
      ->check(program::above_zero())
      ->type_name("GIB");
  command.add_option("--out", flags.out, "Where to write the plan")->type_name("FILE");
}

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

/// --ridge, per cents turned into the scatter's units.
std::optional<double> chosen_ridge(const Flags& flags, const data::Dataset* train) {
  const std::string& text = flags.ridge;
  if (text.empty()) {
    return std::nullopt;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit(end, text.data() + text.size());
  if (error != std::errc() || !(value >= 0) || !(unit.empty() || (unit == "%" && train))) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("--ridge must be a number >= 0, or with --data a per cent: {}", text));
  }
  if (unit.empty()) {
    return value;
  }
  const Eigen::RowVectorXd mean = train->features.colwise().mean();
  return value / 100 * (train->features.rowwise() - mean).squaredNorm();
}

journey::Preparation make_preparation(const Flags& flags,
                                      const std::optional<data::Dataset>& train) {
  journey::Preparation p;
  p.transform.kind = journey::transform_kind(flags.transform);
  const bool whiten = p.transform.kind == data::TransformKind::kWhiten;
  if (whiten && train) {
    p.transform = journey::choose_whitening(*train, flags.components, chosen_ridge(flags, &*train));
  } else if (whiten) {
    if (!flags.components) {
      throw Error(ErrorCode::kInvalidArgument,
                  "whitening without --data needs --components: none given");
    }
    p.transform.components = *flags.components;
    p.transform.ridge = chosen_ridge(flags, nullptr).value_or(0);
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
  return p;
}

journey::TrainingRequest make_request(const Flags& flags,
                                      const std::optional<data::Dataset>& train) {
  journey::TrainingRequest request;
  request.preparation = make_preparation(flags, train);
  request.rows = train ? static_cast<std::size_t>(train->rows()) : flags.rows;
  const data::TransformOptions& transform = request.preparation.transform;
  const std::size_t plain = train ? static_cast<std::size_t>(train->columns()) : flags.features;
  request.features = 1 + (transform.kind == data::TransformKind::kWhiten
                              ? static_cast<std::size_t>(transform.components)
                              : plain);
  request.classes =
      train ? std::max(flags.classes, static_cast<std::size_t>(train->classes)) : flags.classes;
  request.iterations = flags.iterations;
  request.batches = flags.batches;
  request.labels = flags.labels_as == "encrypted" ? learn::LabelSource::kEncryptedLabels
                                                  : learn::LabelSource::kUploadedProduct;
  request.start = flags.start == "encrypted" ? learn::Start::kEncrypted : learn::Start::kZero;
  request.scale_bits = flags.scale_bits;
  request.refreshes = journey::refreshes_policy(flags.refreshes);
  request.weight_bound = flags.weight_bound;
  request.log_n = flags.log_n;
  request.max_ciphertexts = flags.max_ciphertexts;
  if (flags.max_key_gib) {
    request.max_key_bytes = *flags.max_key_gib * kGib;
  }
  return request;
}

learn::Activation make_activation(const Flags& flags, const journey::TrainingRequest& request,
                                  const data::Dataset* train,
                                  const journey::PreparedData* prepared) {
  if (request.preparation.loss != learn::Loss::kSle) {
    return {};
  }
  if (flags.activation == "paper-cubic") {
    return learn::paper_cubic();
  }
  learn::ActivationFit fit;
  const std::string& text = flags.activation;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fit.degree);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("--activation must be paper-cubic or an odd degree: {}", text));
  }
  if (!flags.range && prepared != nullptr) {
    return journey::choose_activation(fit.degree, request, *prepared, train->labels);
  }
  fit.method = journey::fit_method(fit.degree);
  fit.radius = flags.range.value_or(kRangeWithoutData);
  return program::value_or_throw(learn::fit_activation(fit));
}

void run(const Flags& flags) {
  const program::Console console(flags.common);
  if (!flags.out.empty()) {
    program::check_target(flags.out);
  }
  std::optional<data::Dataset> train = read_data(flags);
  journey::TrainingRequest request = make_request(flags, train);
  std::optional<journey::PreparedData> prepared;
  if (train) {
    train = journey::arrange(std::move(*train), request.preparation);
    prepared = journey::prepare(*train, request.preparation);
  }
  request.activation =
      make_activation(flags, request, train ? &*train : nullptr, prepared ? &*prepared : nullptr);
  const std::size_t threads =
      flags.common.threads == 0 ? program::available_cores() : flags.common.threads;
  const journey::OwnerPlan plan = journey::make_plan(request, learn::measure_cost_model(threads));
  journey::print_plan(console, plan, threads);
  if (prepared) {
    const auto mirror = journey::run_mirror(plan, *prepared, train->labels);
    for (const std::string& warning : journey::range_warnings(plan, mirror)) {
      fmt::print(stderr, "blindfit: warning: {}\n", warning);
    }
  }
  if (!flags.out.empty()) {
    journey::save_owner_plan(flags.out, plan);
    console.print("wrote '{}'; next: blindfit keygen --plan {} --out DIR\n", flags.out, flags.out);
  }
  console.write_json(journey::plan_figures(plan));
}

}  // namespace

void add_plan_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "plan",
      "Plan a training run: levels, keys, upload, memory and time. Makes nothing secret. With "
      "--data, what is left open is chosen from the data in the clear, on this machine.");
  const auto flags = std::make_shared<Flags>();
  add_data_options(*command, *flags);
  add_method_options(*command, *flags);
  add_protocol_options(*command, *flags);
  program::add_threads_option(*command, flags->common);
  program::add_json_option(*command, flags->common);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::commands
