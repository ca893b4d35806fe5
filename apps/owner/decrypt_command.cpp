// SPDX-License-Identifier: Apache-2.0
// `blindfit decrypt`: turns the cloud's result into a head of plain features.
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/owner/commands.h"
#include "apps/owner/journey/decryption.h"
#include "apps/owner/passphrase_flags.h"
#include "apps/program/console.h"
#include "apps/program/exit_code.h"

namespace blindfit::commands {
namespace {

using base::Error;
using base::ErrorCode;

struct Flags {
  program::CommonOptions common;
  PassphraseFlags passphrase;
  std::string keys;
  std::string result;
  std::string out;
  std::size_t iteration = 0;  // 0: the last
  bool for_sharing = false;
};

/// The iteration asked for, or the last that is there.
std::size_t chosen_iteration(const Flags& flags, const journey::OwnerFolder& owner) {
  const std::size_t planned = owner.plan.plan.spec.iterations();
  const std::size_t finished = journey::finished_iterations(owner, flags.result);
  if (finished == 0) {
    throw Error(ErrorCode::kIo, fmt::format("'{}' must hold weights of at least one iteration: "
                                            "none; run `blindfit-cloud train --out` there",
                                            flags.result));
  }
  if (flags.iteration > finished) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("--iteration must be in [1, {}]: {}", finished, flags.iteration));
  }
  if (flags.iteration == 0 && finished < planned) {
    fmt::print(stderr,
               "blindfit: warning: the result has {} of {} iterations; `blindfit-cloud train "
               "--resume` goes on\n",
               finished, planned);
  }
  return flags.iteration == 0 ? finished : flags.iteration;
}

void refuse_sharing() {
  throw Error(ErrorCode::kInsecureParameters,
              "a decrypted head must not be shared yet: its low bits carry noise that depends on "
              "the secret key (IND-CPA-D), and flooding it would take about 2^17 times the noise, "
              "more precision than training leaves; see SECURITY.md, and decrypt without "
              "--for-sharing for your own use");
}

void run(const Flags& flags) {
  if (flags.for_sharing) {
    refuse_sharing();
  }
  const program::Console console(flags.common);
  program::check_target(flags.out);
  const journey::OwnerFolder owner = open_folder(flags.keys, flags.passphrase);
  const std::size_t iteration = chosen_iteration(flags, owner);
  const auto decrypted = journey::decrypt_weights(owner, flags.result, iteration);
  learn::Head head = learn::make_head(decrypted.weights, journey::load_owner_transform(owner));
  head.names = owner.plan.preparation.class_names;
  program::throw_on_error(learn::save_head(head, flags.out));
  console.print("wrote '{}': the head after iteration {}, {} classes x {} plain features\n",
                flags.out, iteration, head.classes(), head.features());
  console.row("slots that must be zero",
              fmt::format("at most {:.2g}; noise may leave {:.2g}", decrypted.largest_unused,
                          decrypted.allowed_unused));
  console.write_json({{"iteration", iteration},
                      {"classes", head.classes()},
                      {"features", head.features()},
                      {"largest_unused", decrypted.largest_unused},
                      {"allowed_unused", decrypted.allowed_unused}});
}

}  // namespace

void add_decrypt_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "decrypt", "Decrypt a result, check it, and write a head that takes plain features");
  const auto flags = std::make_shared<Flags>();
  command->add_option("--keys", flags->keys, "The owner's folder")->required()->type_name("DIR");
  command->add_option("--result", flags->result, "Folder that `blindfit-cloud train` filled")
      ->required()
      ->type_name("DIR");
  command->add_option("--out", flags->out, "The head, for numpy.load: weights, bias, classes")
      ->required()
      ->type_name("FILE.npz");
  command->add_option("--iteration", flags->iteration, "Which iteration's head (default: the last)")
      ->type_name("T")
      ->check(program::at_least(1));
  command->add_flag("--for-sharing", flags->for_sharing,
                    "Make the head fit for other eyes; refused for now, with the reason");
  add_passphrase_flags(*command, flags->passphrase);
  program::add_json_option(*command, flags->common);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::commands
