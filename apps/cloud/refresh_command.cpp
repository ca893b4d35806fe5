// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/refresh_command.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "apps/cloud/refresh_run.h"
#include "apps/program/console.h"
#include "apps/program/quantities.h"

namespace blindfit::cloud {
namespace {

using program::format_bytes;
using program::format_seconds;

struct Flags {
  program::CommonOptions common;
  RefreshOptions refresh;
};

void run(const Flags& flags) {
  const program::Console console(flags.common);
  RefreshOptions options = flags.refresh;
  options.threads = flags.common.threads;
  const nlohmann::json record = refresh(options);
  const nlohmann::json& seconds = record["seconds"];
  const nlohmann::json& threads = record["threads"];
  console.print("refreshed {} ciphertexts into '{}'\n", seconds.size(), options.out.string());
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    console.row(fmt::format("refresh {}", i + 1),
                fmt::format("{} on {} thread(s)", format_seconds(seconds[i].get<double>()),
                            threads[i].get<int>()));
  }
  console.row("levels left", fmt::format("{}", record["levels_left"].get<int>()));
  console.row("loading", format_seconds(record["load_seconds"].get<double>()));
  console.row("matrices", format_seconds(record["setup_seconds"].get<double>()));
  console.row("keys and matrices", format_bytes(record["resident_bytes"].get<double>()));
  console.row("peak memory",
              format_bytes(record["peak_anonymous_mib"].get<double>() * 1024 * 1024));
  console.write_json(record);
}

}  // namespace

void add_refresh_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "refresh",
      "Give ciphertexts their levels back: bootstrap every input of a refresh job (docs/format.md) "
      "with the evaluation keys beside it, and say what that took. The folder of results appears "
      "when all are done.");
  const auto flags = std::make_shared<Flags>();
  command
      ->add_option("--job", flags->refresh.job,
                   "Folder with refresh.json, evaluation_keys/ and input-0001.ct, ...")
      ->required()
      ->type_name("DIR");
  command->add_option("--out", flags->refresh.out, "Folder for the result; absent or empty")
      ->required()
      ->type_name("DIR");
  command->add_flag("--compare-threads", flags->refresh.compare_threads,
                    "Refresh every other input on one thread alone, to compare");
  program::add_threads_option(*command, flags->common);
  program::add_json_option(*command, flags->common);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::cloud
