// SPDX-License-Identifier: Apache-2.0
// `blindfit encrypt`: turns data into an upload folder.
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/owner/commands.h"
#include "apps/owner/data_flags.h"
#include "apps/owner/journey/encryption.h"
#include "apps/owner/journey/plan_table.h"
#include "apps/owner/journey/upload.h"
#include "apps/owner/passphrase_flags.h"
#include "apps/program/console.h"
#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "apps/program/quantities.h"
#include "blindfit/wire/plan_file.h"

namespace blindfit::commands {
namespace {

struct Flags {
  program::CommonOptions common;
  PassphraseFlags passphrase;
  DataFlags data;
  std::string plan;
  std::string keys;
  std::string out;
  bool resume = false;
};

/// Keys fit one plan only.
void check_plan(const std::string& path, const journey::OwnerFolder& owner) {
  const journey::OwnerPlan given = journey::load_owner_plan(path);
  const auto text = [](const journey::OwnerPlan& plan) {
    return wire::save_plan(plan.plan, journey::to_json(plan.preparation));
  };
  if (text(given) != text(owner.plan)) {
    throw base::Error(base::ErrorCode::kForeign,
                      fmt::format("the keys in '{}' were made for another plan than '{}'; give the "
                                  "folder that `keygen --plan {}` made",
                                  owner.path.string(), path, path));
  }
}

void run(const Flags& flags) {
  const program::Console console(flags.common);
  const auto start = std::chrono::steady_clock::now();
  const journey::OwnerFolder owner = open_folder(flags.keys, flags.passphrase);
  if (!flags.plan.empty()) {
    check_plan(flags.plan, owner);
  }
  const data::Dataset train =
      journey::arrange(program::value_or_throw(data::with_class_names(
                           load_data(flags.data, 2), owner.plan.preparation.class_names)),
                       owner.plan.preparation);
  journey::check_data(owner.plan, train);
  const journey::PreparedData prepared = journey::prepare(train, owner.plan.preparation);
  const auto mirror = journey::run_mirror(owner.plan, prepared, train.labels);
  const auto warnings = journey::range_warnings(owner.plan, mirror);
  for (const std::string& warning : warnings) {
    fmt::print(stderr, "blindfit: warning: {}\n", warning);
  }
  base::ThreadPool pool(flags.common.threads);
  const journey::UploadOutcome outcome =
      journey::encrypt_job(owner, prepared, train.labels, {flags.out, flags.resume}, pool);
  for (const std::string& reason : outcome.replaced) {
    fmt::print(stderr, "blindfit: warning: made again: {}\n", reason);
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double bytes = program::folder_bytes(flags.out, ".ct");
  const std::size_t count = owner.plan.plan.costs.ciphertexts_uploaded;
  console.print("made '{}' in {}\n", flags.out, program::format_seconds(seconds));
  console.row("ciphertexts", fmt::format("{}, {}", count, program::format_bytes(bytes)));
  if (outcome.kept != 0) {
    console.row("of an earlier run", program::format_count(outcome.kept));
  }
  console.row("largest logit foreseen",
              fmt::format("{:.3g}; {}", mirror.largest_logit(),
                          journey::activation_text(owner.plan.plan.spec)));
  console.print("next, on the cloud: blindfit-cloud train --job {} --out DIR\n", flags.out);
  console.write_json({{"ciphertexts_uploaded", count},
                      {"ciphertexts_kept", outcome.kept},
                      {"upload_bytes", bytes},
                      {"encrypt_seconds", seconds},
                      {"largest_logit", mirror.largest_logit()},
                      {"warnings", warnings}});
}

}  // namespace

void add_encrypt_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "encrypt",
      "Encrypt training data into an upload folder, and foresee in the clear where training would "
      "leave the ranges that the plan covers");
  const auto flags = std::make_shared<Flags>();
  command->add_option("--plan", flags->plan, "The plan of the keys; checked if given")
      ->type_name("FILE");
  command->add_option("--keys", flags->keys, "The owner's folder, made by `blindfit keygen`")
      ->required()
      ->type_name("DIR");
  add_data_flags(*command, flags->data, true);
  command->add_option("--out", flags->out, "Folder for the cloud; absent or empty")
      ->required()
      ->type_name("DIR");
  command->add_flag("--resume", flags->resume,
                    "Go on where an interrupted run stopped: what it finished lies in "
                    "DIR.unfinished");
  add_passphrase_flags(*command, flags->passphrase);
  program::add_threads_option(*command, flags->common);
  program::add_json_option(*command, flags->common);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::commands
