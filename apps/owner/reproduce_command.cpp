// SPDX-License-Identifier: Apache-2.0
// `blindfit reproduce`: runs an experiment end to end and states its figures.
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/owner/commands.h"
#include "apps/owner/experiments/bootstrap.h"
#include "apps/owner/experiments/idash.h"
#include "apps/owner/experiments/regnet_architecture.h"
#include "apps/owner/experiments/run_experiment.h"
#include "apps/program/console.h"
#include "apps/program/exit_code.h"
#include "apps/program/quantities.h"
#include "blindfit/data/open_dataset.h"

namespace blindfit::commands {
namespace {

using nlohmann::json;
using program::format_bytes;
using program::format_percent;
using program::format_seconds;

struct Flags {
  program::CommonOptions common;
  std::string name;
  std::string data;
  std::string scratch;
};

std::string percentages(const json& values) {
  std::string text;
  for (const json& value : values) {
    text += (text.empty() ? "" : ", ") + fmt::format("{:.2f}", 100 * value.get<double>());
  }
  return text + " %";
}

std::string seconds(const json& values) {
  std::string text;
  for (const json& value : values) {
    text += (text.empty() ? "" : ", ") + fmt::format("{:.2f}", value.get<double>());
  }
  return text + " s";
}

void print_learning(const program::Console& console, const json& f) {
  console.row("training accuracy", percentages(f["train_accuracy"]));
  console.row("held-out accuracy", fmt::format("{} ({} rows)", percentages(f["heldout_accuracy"]),
                                               f["heldout_rows"].get<long>()));
  console.row("the owner alone",
              format_percent(f["owner_only_accuracy"]) + " held out, by one product, no cloud");
  console.row("largest weight error", fmt::format("{:.2g} against the plaintext mirror",
                                                  f["max_weight_error"].get<double>()));
  if (f.contains("mirror_check")) {
    console.row("mirror", f["mirror_check"].get<bool>() ? "has every printed digit of the reference"
                                                        : "DIFFERS from the reference");
  }
}

void print_fold_learning(const program::Console& console, const json& f) {
  const auto both = [&](const char* accuracy, const char* auc) {
    const json& value = f[accuracy].is_array() ? f[accuracy].back() : f[accuracy];
    return fmt::format("{}, area under the curve {:.4f}", format_percent(value),
                       f[auc].get<double>());
  };
  console.row("held out, encrypted", both("test_accuracy", "auc"));
  console.row("the same in the clear", both("mirror_accuracy", "mirror_auc"));
  console.row("with the exact sigmoid", both("plain_accuracy", "plain_auc"));
  console.row("logistic regression",
              both("logistic_regression_accuracy", "logistic_regression_auc"));
  console.row("the owner alone", format_percent(f["owner_only_accuracy"]));
  console.row("training a fold", seconds(f["fold_train_seconds"]));
}

void print_costs(const program::Console& console, const json& f) {
  console.row("ring", fmt::format("N = 2^{}, log2(QP) = {:.0f}, {} levels", f["log_n"].get<int>(),
                                  f["log_qp"].get<double>(), f["levels"].get<int>()));
  console.row("upload", fmt::format("{} ciphertexts, {}", f["ciphertexts_uploaded"].get<int>(),
                                    format_bytes(f["upload_bytes"])));
  console.row("evaluation keys", fmt::format("{}, {}", f["evaluation_keys"].get<int>(),
                                             format_bytes(f["evaluation_key_bytes"])));
  console.row("keys made in", format_seconds(f["keygen_seconds"]));
  console.row("encrypted in", format_seconds(f["encrypt_seconds"]));
  console.row("cloud's process",
              fmt::format("{} from start to end; foreseen {} without loading",
                          format_seconds(f["train_seconds"]), format_seconds(f["plan_seconds"])));
  console.row("iterations", seconds(f["iteration_seconds"]));
  console.row("peak memory",
              format_bytes(f["peak_rss_mib"].get<double>() * 1024 * 1024) + ", largest process");
  console.row("machine", fmt::format("{}, {} threads, {} kernels", f["cpu"].get<std::string>(),
                                     f["threads"].get<int>(), f["kernels"].get<std::string>()));
}

void print_published(const program::Console& console, const json& f) {
  if (!f.contains("published_train_seconds")) {
    return;
  }
  console.print(
      "\nthe paper's own figures (its text and logs; what it does not print is marked ~)\n");
  console.row(
      "security",
      fmt::format("~{} bits: N = 2^{}, log2(QP) = ~{}", f["estimated_security_bits"].get<int>(),
                  f["published_log_n"].get<int>(), f["estimated_log_qp"].get<int>()));
  console.row("upload",
              fmt::format("{} ciphertexts, ~{}", f["published_ciphertexts_uploaded"].get<int>(),
                          format_bytes(f["estimated_upload_bytes"])));
  console.row("evaluation keys", "~" + format_bytes(f["estimated_evaluation_key_bytes"]));
  console.row("iterations", fmt::format("{} on {} vCPUs", seconds(f["published_iteration_seconds"]),
                                        f["published_vcpus"].get<int>()));
  console.row("peak memory", format_bytes(f["published_peak_rss_mib"].get<double>() * 1024 * 1024));
  console.row("test accuracy", percentages(f["published_test_accuracy"]) + " (10,000 other rows)");
}

void print_refresh(const program::Console& console, const char* name, const json& f) {
  console.print("\n{}: {} slots\n", name, f["slots"].get<int>());
  console.row("refreshed in",
              fmt::format("{} on one thread, {} on two", format_seconds(f["seconds_1_thread"]),
                          format_seconds(f["seconds_2_threads"])));
  console.row("levels left", fmt::format("{} of {} bits", f["levels_left"].get<int>(),
                                         f["scale_bits"].get<int>()));
  console.row("precision",
              fmt::format("{:.1f} bits at the worst slot of {} runs, {:.1f} on average",
                          f["precision_bits_worst"].get<double>(), f["runs"].get<int>(),
                          f["precision_bits_mean"].get<double>()));
  console.row("ring", fmt::format("N = 2^{}, log2(QP) = {:.0f}", f["log_n"].get<int>(),
                                  f["log_qp"].get<double>()));
  console.row(
      "keys",
      fmt::format("{}, {}; {} in memory with matrices", f["evaluation_keys"].get<int>(),
                  format_bytes(f["evaluation_key_bytes"]), format_bytes(f["resident_bytes"])));
  console.row("failure", fmt::format("2^{:.0f} in {:.0f} refreshes",
                                     f["failure_probability_log2"].get<double>(),
                                     f["failure_refreshes"].get<double>()));
}

void run_bootstrap(const program::Console& console, const Flags& flags) {
  console.print("{}: {}\n", experiments::kBootstrapName, experiments::kBootstrapSummary);
  const json figures = experiments::run_bootstrap_experiment(
      flags.scratch, [&](const std::string& line) { console.print("  {}\n", line); });
  print_refresh(console, "set A", figures);
  print_refresh(console, "set A", figures["slots_8192"]);
  print_refresh(console, "set A", figures["slots_4096"]);
  print_refresh(console, "set T14", figures["t14"]);
  print_refresh(console, "set T16", figures["t16"]);
  console.write_json(figures);
}

void run_idash(const program::Console& console, const experiments::RunOptions& options) {
  console.print("{}: {}\n", experiments::kIdashName, experiments::kIdashSummary);
  const json figures =
      experiments::run_idash_experiment(options, [&](const std::string& name, const json& f) {
        console.print("\n{}: {} rows x {}, {} folds\n", name, f["rows"].get<int>(),
                      f["components"].get<int>(), f["folds"].get<int>());
        print_fold_learning(console, f);
      });
  print_costs(console, figures);
  console.write_json(figures);
}

experiments::RunOptions run_options(const Flags& flags) {
  experiments::RunOptions options;
  options.data = program::value_or_throw(data::find_data_directory(
      flags.data.empty() ? std::nullopt : std::optional<std::filesystem::path>(flags.data)));
  options.scratch = flags.scratch;
  options.threads = flags.common.threads;
  return options;
}

void run_regnet(const program::Console& console, const Flags& flags) {
  console.print("{}: {}\n", experiments::kRegnetName, experiments::kRegnetSummary);
  const json f = experiments::run_regnet_experiment({flags.scratch, flags.common.threads});
  const double error = f["max_relative_error"];
  console.row("network",
              fmt::format("{} features at {} x {}, random weights", f["features"].get<int>(),
                          f["size"].get<int>(), f["size"].get<int>()));
  console.row("largest difference",
              fmt::format("{:.2g} of a feature's largest value, on {} images; allowed {:g}", error,
                          f["images"].get<int>(), experiments::kRegnetTolerance));
  console.row("speed", fmt::format("{:.0f} images/s on {} threads",
                                   f["images_per_second"].get<double>(), f["threads"].get<int>()));
  console.print(
      "\nThe architecture is right and runs; the paper's features need its weights, too:\n"
      "docs/backbones.md says how to get them.\n");
  console.write_json(f);
  if (!(error <= experiments::kRegnetTolerance)) {
    throw base::Error(base::ErrorCode::kCanary,
                      fmt::format("both runtimes must agree to {:g}: {:.2g}",
                                  experiments::kRegnetTolerance, error));
  }
}

void run(const Flags& flags) {
  const program::Console console(flags.common);
  if (flags.name == experiments::kBootstrapName) {
    run_bootstrap(console, flags);
    return;
  }
  if (flags.name == experiments::kRegnetName) {
    run_regnet(console, flags);
    return;
  }
  if (flags.name == experiments::kIdashName) {
    run_idash(console, run_options(flags));
    return;
  }
  const experiments::Experiment& experiment = experiments::find_experiment(flags.name);
  const experiments::RunOptions options = run_options(flags);
  console.print("{}: {}\n", experiment.name, experiment.summary);
  const json figures = experiments::run_experiment(experiment, options);
  print_learning(console, figures);
  print_costs(console, figures);
  print_published(console, figures);
  console.print("\n{}\n", experiment.remark);
  console.write_json(figures);
  if (figures.contains("mirror_check") && !figures["mirror_check"].get<bool>()) {
    throw base::Error(base::ErrorCode::kCanary,
                      "the plaintext mirror must have the reference's digits; the data are not the "
                      "paper's rows, or the mirror is wrong");
  }
}

}  // namespace

void add_reproduce_command(CLI::App& app) {
  std::string known;
  for (const experiments::Experiment& experiment : experiments::experiments()) {
    known += fmt::format("\n  {}: {}", experiment.name, experiment.summary);
  }
  known += fmt::format("\n  {}: {}", experiments::kIdashName, experiments::kIdashSummary);
  known += fmt::format("\n  {}: {}", experiments::kBootstrapName, experiments::kBootstrapSummary);
  known += fmt::format("\n  {}: {}", experiments::kRegnetName, experiments::kRegnetSummary);
  CLI::App* command = app.add_subcommand(
      "reproduce",
      "Run an experiment end to end, the cloud as a process of its own, and state its figures:" +
          known);
  const auto flags = std::make_shared<Flags>();
  command->add_option("experiment", flags->name, "Which one")->required()->type_name("NAME");
  command
      ->add_option("--data", flags->data,
                   "Folder of the data (default: BLINDFIT_DATA, then ../shared/data)")
      ->type_name("DIR");
  command
      ->add_option("--scratch", flags->scratch,
                   "Where to put keys and ciphertexts meanwhile (default: TMPDIR, then /tmp)")
      ->type_name("DIR");
  program::add_threads_option(*command, flags->common);
  program::add_json_option(*command, flags->common);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::commands
