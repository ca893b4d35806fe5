// SPDX-License-Identifier: Apache-2.0
// `blindfit query`: encrypts rows whose logits the cloud is to compute.
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "apps/owner/commands.h"
#include "apps/owner/data_flags.h"
#include "apps/owner/journey/query.h"
#include "apps/owner/passphrase_flags.h"
#include "apps/program/console.h"
#include "apps/program/job_files.h"
#include "apps/program/quantities.h"
#include "blindfit/wire/checked_json.h"

namespace blindfit::commands {
namespace {

struct Flags {
  program::CommonOptions common;
  PassphraseFlags passphrase;
  DataFlags data;
  std::string keys;
  std::string out;
  std::vector<std::size_t> after;
  bool plain_head = false;
  std::size_t classes = 0;
};

journey::QueryRequest make_request(const Flags& flags, const journey::OwnerFolder& owner) {
  journey::QueryRequest request;
  request.iterations = flags.after;
  if (flags.plain_head) {
    request.plain_classes =
        flags.classes == 0 ? owner.plan.plan.spec.tiling.classes : flags.classes;
  }
  return request;
}

void print_next(const Flags& flags, const program::Console& console) {
  if (!flags.after.empty()) {
    console.print(
        "next, on the cloud: blindfit-cloud train --job DIR --validation {} --out RESULT\n"
        "and here: blindfit watch --keys {} --query {} --result RESULT --data {}\n",
        flags.out, flags.keys, flags.out, flags.data.data);
    return;
  }
  console.print(
      "next, on the cloud: blindfit-cloud predict --job DIR --query {} {} --out LOGITS\n"
      "and then here: blindfit classify --keys {} --query {} --logits LOGITS --out "
      "classes.csv\n",
      flags.out, flags.plain_head ? "--head head.npz" : "--result DIR", flags.keys, flags.out);
}

void run(const Flags& flags) {
  const program::Console console(flags.common);
  const journey::OwnerFolder owner = open_folder(flags.keys, flags.passphrase);
  const data::Dataset rows = load_data(flags.data, 1);
  base::ThreadPool pool(flags.common.threads);
  const wire::Query query =
      journey::encrypt_query(owner, rows, make_request(flags, owner), flags.out, pool);
  const double bytes = program::folder_bytes(flags.out, ".ct");
  const double room = journey::logit_room(owner.plan.plan);
  console.print("made '{}': {} encrypted rows, {}\n", flags.out, program::format_count(query.rows),
                program::format_bytes(bytes));
  console.row("logits", fmt::format("up to {:.4g} can be read", room));
  print_next(flags, console);
  console.write_json({{"query", wire::hexadecimal(wire::query_fingerprint(query))},
                      {"rows", query.rows},
                      {"iterations", query.iterations},
                      {"largest_logit_read", room},
                      {"query_bytes", bytes}});
}

}  // namespace

void add_query_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "query",
      "Encrypt rows whose logits the cloud is to compute: once, by the trained head or a plain "
      "one, or after some iterations of training, as its validation part");
  const auto flags = std::make_shared<Flags>();
  command->add_option("--keys", flags->keys, "The owner's folder, after `blindfit encrypt`")
      ->required()
      ->type_name("DIR");
  add_data_flags(*command, flags->data, true);
  command->add_option("--out", flags->out, "Folder for the cloud; absent or empty")
      ->required()
      ->type_name("DIR");
  CLI::Option* after =
      command
          ->add_option("--after", flags->after,
                       "Iterations after which logits are wanted, at most 16: each may be "
                       "answered with one bit by `blindfit watch`")
          ->delimiter(',')
          ->check(program::at_least(1))
          ->type_name("T,T,...");
  CLI::Option* plain =
      command
          ->add_flag("--plain-head", flags->plain_head,
                     "For a head that the cloud has in the clear: plain features are encrypted")
          ->excludes(after);
  command->add_option("--classes", flags->classes, "Of the plain head (default: the plan's)")
      ->needs(plain)
      ->check(program::at_least(1))
      ->type_name("K");
  add_passphrase_flags(*command, flags->passphrase);
  program::add_threads_option(*command, flags->common);
  program::add_json_option(*command, flags->common);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::commands
