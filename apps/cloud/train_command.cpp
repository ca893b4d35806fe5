// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/train_command.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "apps/cloud/training_run.h"
#include "apps/program/console.h"
#include "apps/program/quantities.h"

namespace blindfit::cloud {
namespace {

struct Flags {
  program::CommonOptions common;
  TrainOptions train;
  std::optional<double> memory_gib;
};

void run(const Flags& flags) {
  const program::Console console(flags.common);
  TrainOptions options = flags.train;
  options.threads = flags.common.threads;
  if (flags.memory_gib) {
    options.memory = *flags.memory_gib * 0x1p30;
  }
  const TrainingRecord record = train(options);
  const double seconds =
      std::accumulate(record.iteration_seconds.begin(), record.iteration_seconds.end(), 0.0);
  console.print("trained {} iterations into '{}'\n", record.finished(), options.out.string());
  console.row("iterations", program::format_seconds(seconds) + " in all");
  console.row("loading", program::format_seconds(record.load_seconds));
  if (record.pairs_at_once != 0) {
    console.row("data", fmt::format("more than memory holds: read in every iteration again, {} "
                                    "pairs of row tiles at a time",
                                    record.pairs_at_once));
  }
  if (record.validation_seconds > 0) {
    console.row("validation", program::format_seconds(record.validation_seconds) + " more");
  }
  if (record.stopped) {
    console.row("stopped", fmt::format("the owner's answer to iteration {}", *record.stopped));
  }
  console.row("peak memory", program::format_bytes(record.peak_anonymous_mib * 1024 * 1024));
  console.write_json({{"iterations", record.finished()},
                      {"iteration_seconds", record.iteration_seconds},
                      {"load_seconds", record.load_seconds},
                      {"setup_seconds", record.setup_seconds},
                      {"validation_seconds", record.validation_seconds},
                      {"stopped", record.stopped.has_value()},
                      {"peak_rss_mib", record.peak_anonymous_mib},
                      {"pairs_at_once", record.pairs_at_once},
                      {"threads", record.threads}});
}

}  // namespace

void add_train_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "train",
      "Train on an upload folder. Every iteration leaves its encrypted weights and a checkpoint in "
      "the result folder; Ctrl-C or a kill loses at most one iteration.");
  const auto flags = std::make_shared<Flags>();
  command->add_option("--job", flags->train.job, "Folder made by `blindfit encrypt`")
      ->required()
      ->type_name("DIR");
  command->add_option("--out", flags->train.out, "Folder for the result; absent or empty")
      ->required()
      ->type_name("DIR");
  command->add_flag("--resume", flags->train.resume,
                    "Go on after the last iteration that --out holds");
  command
      ->add_option(
          "--memory", flags->memory_gib,
          "GiB that training may take (default: what is available); where they do not hold "
          "the data, these are read in every iteration again, and a plan that needs "
          "more even so is refused before anything is read")
      ->check(program::above_zero())
      ->type_name("GIB");
  CLI::Option* validation =
      command
          ->add_option("--validation", flags->train.validation,
                       "Folder made by `blindfit query --after`: encrypted logits of its rows are "
                       "left in --out after the iterations that it lists, for `blindfit watch`, "
                       "whose answer may end the training")
          ->type_name("DIR");
  command
      ->add_option("--wait", flags->train.wait_seconds,
                   "Seconds to wait for each answer (default: go on at once; answers are looked "
                   "for after every iteration)")
      ->needs(validation)
      ->check(CLI::NonNegativeNumber)
      ->type_name("SECONDS");
  program::add_threads_option(*command, flags->common);
  program::add_json_option(*command, flags->common);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::cloud
