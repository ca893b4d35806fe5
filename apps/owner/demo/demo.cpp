// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/demo/demo.h"

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "apps/owner/demo/demo_choice.h"
#include "apps/owner/demo/demo_folder.h"
#include "apps/owner/demo/demo_input.h"
#include "apps/owner/demo/demo_steps.h"
#include "apps/owner/demo/digits_report.h"
#include "apps/owner/journey/owner_plan.h"
#include "apps/owner/report/page.h"
#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "apps/program/machine.h"
#include "apps/program/quantities.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/data/digits.h"
#include "blindfit/wire/json_file.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::demo {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;
using program::format_bytes;
using program::format_count;
using program::format_percent;
using program::format_seconds;

constexpr double kHeldOut = 0.2;
constexpr std::uint64_t kSplitSeed = 1;

void write_text(const fs::path& path, const std::string& text) {
  program::throw_on_error(base::write_file(
      path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
}

/// Says what was chosen, so that nobody has to take the plan's figures on trust.
DemoChoice choose(const data::Dataset& train, std::size_t threads,
                  const program::Console& console) {
  base::ThreadPool pool(threads);
  const DemoChoice choice = choose_training(train, pool);
  console.print(
      "\n0. The owner chooses what to train with, by cross-validation on its {} training digits:\n"
      "{} components, ridge {:g} %, step {:g}, range {:g}: {} of them are predicted from the "
      "others.\n",
      format_count(static_cast<std::size_t>(train.rows())), choice.components, choice.ridge_percent,
      choice.step, choice.range, format_percent(choice.accuracy));
  return choice;
}

void run_steps(const Steps& steps, const std::string& file, const DemoChoice& choice,
               double& cloud_seconds) {
  const std::string n = steps.threads();
  steps.owner("1. The owner plans: what it will cost, before any key exists.",
              {"plan",
               "--data",
               file,
               "--components",
               std::to_string(choice.components),
               "--ridge",
               fmt::format("{:g}%", choice.ridge_percent),
               "--step",
               fmt::format("{:g}", choice.step),
               "--activation",
               std::to_string(kDegree),
               "--range",
               fmt::format("{:g}", choice.range),
               "--iterations",
               std::to_string(kIterations),
               "--scale-bits",
               "36",
               "--threads",
               n,
               "--out",
               "plan.json"});
  steps.owner("2. The owner makes keys. The secret one never leaves owner/.",
              {"keygen", "--plan", "plan.json", "--out", "owner", "--threads", n});
  steps.owner("3. The owner encrypts its digits and their labels.",
              {"encrypt", "--plan", "plan.json", "--keys", "owner", "--data", file, "--out",
               "cloud/upload", "--threads", n});
  cloud_seconds = steps.cloud("4. The cloud trains. Its program has no key that opens anything.");
  steps.owner("5. The owner decrypts the head.",
              {"decrypt", "--keys", "owner", "--result", "cloud/result", "--out", "head.npz"});
}

/// Logistic regression in the clear, chosen by validation on training rows (docs/notes/0006).
learn::Head plaintext_head(const data::Dataset& train) {
  constexpr Eigen::Index kComponents = 61;
  constexpr double kRidgeShare = 3e-4;
  constexpr double kStep = 4;
  constexpr int kPlainIterations = 39;
  const Eigen::RowVectorXd mean = train.features.colwise().mean();
  const double scatter = (train.features.rowwise() - mean).squaredNorm();
  journey::Preparation preparation;
  preparation.transform = {data::TransformKind::kWhiten, kComponents, kRidgeShare * scatter};
  preparation.optimizer = {.method = learn::Optimizer::kNag, .a0 = 1, .step = kStep};
  const journey::PreparedData prepared = journey::prepare(train, preparation);
  learn::TrainerOptions options;
  options.optimizer = preparation.optimizer;
  options.activation = learn::ExactSigmoid{};
  options.iterations = kPlainIterations;
  const auto trace = learn::train(prepared.design, train.labels, train.classes, options);
  return learn::make_head(trace.weights(), prepared.transform);
}

/// The heads of all trainings, and what the owner could do alone.
Outcome gather(const Steps& steps, DemoInput input) {
  data::Split& split = input.rows;
  const journey::OwnerPlan plan = journey::load_owner_plan(steps.folder() / "owner" / "plan.json");
  const journey::PreparedData prepared = journey::prepare(split.train, plan.preparation);
  const auto mirror = journey::run_mirror(plan, prepared, split.train.labels);
  Outcome outcome;
  for (std::size_t t = 1; t <= plan.plan.spec.iterations(); ++t) {
    outcome.heads.push_back(steps.head_after(t));
    outcome.mirror_heads.push_back(
        learn::make_head(mirror.iterations[t - 1].weights, prepared.transform));
  }
  outcome.plaintext = plaintext_head(split.train);
  outcome.owner_only_accuracy = learn::owner_only_accuracy(
      split.train, split.test, prepared.transform, plan.preparation.optimizer);
  outcome.train = std::move(split.train);
  outcome.heldout = std::move(split.test);
  outcome.heldout_pixels = std::move(input.pixels);
  return outcome;
}

json training_record(const fs::path& path) {
  return program::value_or_throw(
      wire::load_file(path, wire::Limits{}, [](std::span<const std::uint8_t> bytes) {
        return wire::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      }));
}

json make_figures(const Steps& steps, const report::Figures& shown, double cloud_seconds) {
  const fs::path upload = steps.folder() / "cloud" / "upload";
  const json record = training_record(steps.folder() / "cloud" / "result" / "training.json");
  return {{"rows", shown.train_rows},
          {"heldout_rows", shown.heldout_rows},
          {"heldout_accuracy", shown.encrypted.values},
          {"mirror_accuracy", shown.mirror.values},
          {"plaintext_accuracy", shown.plaintext_accuracy},
          {"owner_only_accuracy", shown.owner_only_accuracy},
          {"train_seconds", cloud_seconds},
          {"iteration_seconds", record.at("iteration_seconds")},
          {"load_seconds", record.at("load_seconds")},
          {"peak_rss_mib", record.at("peak_anonymous_mib")},
          {"upload_bytes", program::folder_bytes(upload, ".ct")},
          {"evaluation_key_bytes", program::folder_bytes(upload, ".key")},
          {"kernels", record.at("kernels")},
          {"threads", record.at("threads")},
          {"cpu", record.at("cpu")}};
}

void write_page(const Steps& steps, report::Figures shown, const json& f, const std::string& noun) {
  const journey::OwnerPlan plan = journey::load_owner_plan(steps.folder() / "owner" / "plan.json");
  const learn::TrainingSpec& spec = plan.plan.spec;
  const auto parameters = rlwe::Parameters::make(plan.plan.parameters).value();
  shown.method = fmt::format(
      "The owner whitened the {} to {} principal components and encrypted them with the "
      "labels. "
      "The cloud ran {} iterations of Nesterov's gradient method on ciphertexts, with a polynomial "
      "of degree {} on [-{:g}, {:g}] in place of the sigmoid.",
      noun, plan.preparation.transform.components, spec.iterations(), spec.activation.degree(),
      spec.activation.domain(), spec.activation.domain());
  std::string iterations;
  for (const json& seconds : f.at("iteration_seconds")) {
    iterations += (iterations.empty() ? "" : ", ") + format_seconds(seconds);
  }
  shown.costs = {
      {"The cloud's process, start to end", format_seconds(f.at("train_seconds"))},
      {"Its iterations", iterations + " (the first, from zero weights, is one product)"},
      {"Its peak memory", format_bytes(f.at("peak_rss_mib").get<double>() * 1024 * 1024)},
      {"Ciphertexts uploaded", fmt::format("{}, {}", plan.plan.costs.ciphertexts_uploaded,
                                           format_bytes(f.at("upload_bytes")))},
      {"Evaluation keys uploaded",
       fmt::format("{}, {}", plan.plan.keys.count(), format_bytes(f.at("evaluation_key_bytes")))},
      {"Security", fmt::format("128 bits: ring degree 2^{}, modulus of {:.0f} bits, {} levels",
                               parameters.log_n(), parameters.log_qp(), parameters.max_level())},
      {"Machine", fmt::format("{}, {} threads, {} kernels", f.at("cpu").get<std::string>(),
                              f.at("threads").get<int>(), f.at("kernels").get<std::string>())}};
  shown.cloud_files = cloud_files(steps.folder() / "cloud" / "upload");
  write_text(steps.folder() / "report.html", report::make_page(shown));
}

void print_outcome(const program::Console& console, const Steps& steps,
                   const report::Figures& shown) {
  console.print("\n6. What the cloud saw, and all it saw (with 16 bytes from inside each):\n");
  for (const report::CloudFile& file : cloud_files(steps.folder() / "cloud" / "upload")) {
    console.print("  {:<30} {:>9}  {}\n", file.name, format_bytes(file.bytes), file.some_bytes);
  }
  console.print("\n7. The head on {} digits that had no part in training:\n",
                format_count(shown.heldout_rows));
  console.row("trained on ciphertexts", format_percent(shown.heldout_accuracy));
  console.row("the same in the clear", format_percent(shown.mirror.values.back()));
  console.row("logistic regression", format_percent(shown.plaintext_accuracy) +
                                         ", in the clear, run until it no longer improves");
  console.row("the owner alone",
              format_percent(shown.owner_only_accuracy) +
                  ", one product of its own data; iterations beyond it are the cloud's part");
}

}  // namespace

json run_demo(const DemoOptions& options, const program::Console& console) {
  const auto start = std::chrono::steady_clock::now();
  const std::size_t threads = options.threads == 0 ? program::available_cores() : options.threads;
  DemoFolder folder(options.folder);
  data::Split split = data::stratified_split(data::embedded_digits(), kHeldOut, kSplitSeed);
  console.print(
      "blindfit demo: {} handwritten digits to train on, {} held out, in '{}'\n"
      "(E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, CC BY 4.0)\n",
      format_count(static_cast<std::size_t>(split.train.rows())),
      format_count(static_cast<std::size_t>(split.test.rows())), options.folder.string());
  const Steps steps(options.folder, threads, console);
  DemoInput input = options.images ? input_from_images(steps, split, options.backbone, console)
                                   : input_from_table(steps, std::move(split));
  const DemoChoice choice = choose(input.rows.train, threads, console);
  double cloud_seconds = 0;
  run_steps(steps, input.file, choice, cloud_seconds);
  const std::string noun = input.noun;
  const report::Figures shown = outcome_figures(gather(steps, std::move(input)));
  json figures = make_figures(steps, shown, cloud_seconds);
  write_page(steps, shown, figures, noun);
  print_outcome(console, steps, shown);
  folder.keep();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  figures["demo_seconds"] = seconds;
  figures["features"] = noun;
  figures["validation_accuracy"] = choice.accuracy;
  console.print("\nOpen {} in a browser. The whole demo took {}.\n",
                (options.folder / "report.html").string(), format_seconds(seconds));
  return figures;
}

}  // namespace blindfit::demo
