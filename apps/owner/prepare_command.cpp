// SPDX-License-Identifier: Apache-2.0
// `blindfit prepare`: plan, keygen and encrypt in one.
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "apps/owner/commands.h"
#include "apps/owner/data_flags.h"
#include "apps/owner/inner_command.h"
#include "apps/owner/passphrase_flags.h"
#include "apps/program/console.h"
#include "apps/program/staged_directory.h"

namespace blindfit::commands {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

struct Flags {
  program::CommonOptions common;
  PassphraseFlags passphrase;
  DataFlags data;
  std::string keys;
  std::string out;
};

/// The plan on its way from one command to the next; the owner's folder keeps a copy.
class PassingPlan {
 public:
  explicit PassingPlan(const std::string& keys) : path_(keys + ".plan.json") {
    program::check_target(path_);
  }
  ~PassingPlan() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  PassingPlan(const PassingPlan&) = delete;
  PassingPlan& operator=(const PassingPlan&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

/// Both folders are found taken before keys are made, not after.
void check_free(const std::string& flag, const fs::path& folder) {
  if (fs::exists(folder) && !(fs::is_directory(folder) && fs::is_empty(folder))) {
    throw base::Error(base::ErrorCode::kIo,
                      fmt::format("{} must be absent or an empty folder; choose another: {}", flag,
                                  folder.string()));
  }
}

void check_no_unfinished_upload(const fs::path& out) {
  const fs::path unfinished = program::ResumableDirectory::unfinished(out);
  if (fs::exists(unfinished)) {
    throw base::Error(
        base::ErrorCode::kIo,
        fmt::format("'{}' holds what an earlier run did not finish; go on with `blindfit encrypt "
                    "--resume` and its --keys, or remove it to start over",
                    unfinished.string()));
  }
}

Arguments data_arguments(const DataFlags& flags) {
  Arguments arguments = {"--data", flags.data};
  if (flags.label_column != DataFlags().label_column) {
    arguments.insert(arguments.end(), {"--label-column", flags.label_column});
  }
  if (!flags.labels.empty()) {
    arguments.insert(arguments.end(), {"--labels", flags.labels});
  }
  if (flags.skip != 0) {
    arguments.insert(arguments.end(), {"--skip", std::to_string(flags.skip)});
  }
  if (flags.limit != 0) {
    arguments.insert(arguments.end(), {"--limit", std::to_string(flags.limit)});
  }
  return arguments;
}

Arguments joined(Arguments first, const Arguments& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

void run(const Flags& flags, const Arguments& plan_flags) {
  const program::Console console(flags.common);
  check_free("--keys", flags.keys);
  check_free("--out", flags.out);
  check_no_unfinished_upload(flags.out);
  const PassingPlan plan(flags.keys);
  const Arguments data = data_arguments(flags.data);
  Arguments threads;
  if (flags.common.threads != 0) {
    threads = {"--threads", std::to_string(flags.common.threads)};
  }
  Arguments passphrase;
  if (!flags.passphrase.file.empty()) {
    passphrase = {"--passphrase-file", flags.passphrase.file};
  }
  const Arguments ask = flags.passphrase.ask ? Arguments{"--passphrase"} : passphrase;

  run_inner_command(add_plan_command, "plan",
                    joined(joined(data, {"--out", plan.path()}), joined(plan_flags, threads)),
                    console);
  run_inner_command(add_keygen_command, "keygen",
                    joined({"--plan", plan.path(), "--out", flags.keys}, joined(ask, threads)),
                    console);
  run_inner_command(add_encrypt_command, "encrypt",
                    joined(joined({"--keys", flags.keys}, data),
                           joined({"--out", flags.out}, joined(passphrase, threads))),
                    console);
}

}  // namespace

void add_prepare_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "prepare",
      "All that the owner does before the cloud trains: `plan`, `keygen` and `encrypt`. Further "
      "flags go to `plan`");
  const auto flags = std::make_shared<Flags>();
  add_data_flags(*command, flags->data, true);
  command->add_option("--keys", flags->keys, "The owner's folder, to be made; absent or empty")
      ->required()
      ->type_name("DIR");
  command->add_option("--out", flags->out, "Folder for the cloud; absent or empty")
      ->required()
      ->type_name("DIR");
  add_new_passphrase_flags(*command, flags->passphrase);
  program::add_threads_option(*command, flags->common);
  command->allow_extras();
  command->callback([flags, command] { run(*flags, command->remaining()); });
}

}  // namespace blindfit::commands
