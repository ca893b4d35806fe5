// SPDX-License-Identifier: Apache-2.0
// `blindfit keygen`: makes the owner's folder.
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/owner/commands.h"
#include "apps/owner/passphrase_flags.h"
#include "apps/program/console.h"
#include "apps/program/job_files.h"
#include "apps/program/quantities.h"

namespace blindfit::commands {
namespace {

struct Flags {
  program::CommonOptions common;
  PassphraseFlags passphrase;
  std::string plan;
  std::string out;
};

void run(const Flags& flags) {
  const program::Console console(flags.common);
  const auto start = std::chrono::steady_clock::now();
  const journey::OwnerPlan plan = journey::load_owner_plan(flags.plan);
  const journey::Passphrase passphrase = new_passphrase(flags.passphrase);
  base::ThreadPool pool(flags.common.threads);
  journey::generate_keys(plan, flags.out, passphrase, pool);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::filesystem::path folder = flags.out;
  const double bytes = program::folder_bytes(folder / program::upload::kKeys, "");
  console.print("made '{}' in {}\n", flags.out, program::format_seconds(seconds));
  console.row(journey::owner_files::kSecretKey, passphrase.expose().empty()
                                                    ? "for you alone: keep it, and keep it here"
                                                    : "for you alone, under your passphrase");
  console.row(program::upload::kKeys,
              fmt::format("{} keys, {}: for the cloud", plan.plan.keys.count(),
                          program::format_bytes(bytes)));
  console.print("next: blindfit encrypt --keys {} --data FILE --out DIR\n", flags.out);
  console.write_json({{"evaluation_keys", plan.plan.keys.count()},
                      {"evaluation_key_bytes", bytes},
                      {"keygen_seconds", seconds}});
}

}  // namespace

void add_keygen_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "keygen", "Make the secret key and the evaluation keys that a plan calls for");
  const auto flags = std::make_shared<Flags>();
  command->add_option("--plan", flags->plan, "File made by `blindfit plan`")
      ->required()
      ->type_name("FILE");
  command->add_option("--out", flags->out, "The owner's folder; absent or empty")
      ->required()
      ->type_name("DIR");
  add_new_passphrase_flags(*command, flags->passphrase);
  program::add_threads_option(*command, flags->common);
  program::add_json_option(*command, flags->common);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::commands
