// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/predict_command.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/cloud/predict_run.h"
#include "apps/program/console.h"
#include "apps/program/quantities.h"

namespace blindfit::cloud {
namespace {

using program::format_count;
using program::format_seconds;

struct Flags {
  program::CommonOptions common;
  PredictOptions predict;
  std::optional<double> memory_gib;
};

void run(const Flags& flags) {
  const program::Console console(flags.common);
  PredictOptions options = flags.predict;
  options.threads = flags.common.threads;
  if (flags.memory_gib) {
    options.memory = *flags.memory_gib * 0x1p30;
  }
  const nlohmann::json record = predict(options);
  console.print("encrypted logits of {} rows x {} classes in '{}'\n",
                format_count(record["rows"].get<std::size_t>()),
                record["classes"].get<std::size_t>(), options.out.string());
  console.row("loading", format_seconds(record["load_seconds"].get<double>()));
  console.row("predicting", format_seconds(record["predict_seconds"].get<double>()));
  console.row("peak memory",
              program::format_bytes(record["peak_anonymous_mib"].get<double>() * 0x1p20));
  console.write_json(record);
}

}  // namespace

void add_predict_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "predict",
      "Compute the logits of encrypted rows, by a trained head that nobody has decrypted or by a "
      "plain one. They stay encrypted; `blindfit classify` reads them.");
  const auto flags = std::make_shared<Flags>();
  PredictOptions& options = flags->predict;
  command->add_option("--query", options.query, "Folder made by `blindfit query`")
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--job", options.job,
                   "Folder made by `blindfit encrypt`: its plan and evaluation keys")
      ->required()
      ->type_name("DIR");
  CLI::Option* result =
      command
          ->add_option("--result", options.result,
                       "Folder that `train` filled, for a query of the trained head")
          ->type_name("DIR");
  command
      ->add_option("--iteration", options.iteration,
                   "Whose weights (default: the last that are there)")
      ->needs(result)
      ->check(program::at_least(1))
      ->type_name("T");
  command
      ->add_option("--head", options.head,
                   "Plain head, as `blindfit decrypt` writes it, for a query made with "
                   "`--plain-head`")
      ->excludes(result)
      ->type_name("FILE.npz");
  command->add_option("--out", options.out, "Folder for the logits; absent or empty")
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--memory", flags->memory_gib,
                   "GiB that it may take (default: what is available)")
      ->check(program::above_zero())
      ->type_name("GIB");
  program::add_threads_option(*command, flags->common);
  program::add_json_option(*command, flags->common);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::cloud
