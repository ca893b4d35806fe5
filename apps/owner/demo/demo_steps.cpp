// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/demo/demo_steps.h"

#include <fmt/core.h>

#include <utility>

#include "apps/program/exit_code.h"
#include "apps/program/subprocess.h"

namespace blindfit::demo {

void Steps::owner(const char* what, std::vector<std::string> arguments) const {
  say(what, "blindfit", arguments);
  (void)program::run_or_throw({.program = program::program_beside_this("blindfit"),
                               .arguments = std::move(arguments),
                               .directory = folder_,
                               .silent = console_.stdout_is_taken()});
}

double Steps::cloud(const char* what) const {
  const std::vector<std::string> arguments = {"train",  "--job",     "upload", "--out",
                                              "result", "--threads", threads()};
  say(what, "cd cloud; blindfit-cloud", arguments);
  return program::run_or_throw({.program = program::program_beside_this("blindfit-cloud"),
                                .arguments = arguments,
                                .directory = folder_ / "cloud",
                                .silent = console_.stdout_is_taken()})
      .seconds;
}

learn::Head Steps::head_after(std::size_t t) const {
  const std::string file = fmt::format("head-{:02}.npz", t);
  (void)program::run_or_throw(
      {.program = program::program_beside_this("blindfit"),
       .arguments = {"decrypt", "--keys", "owner", "--result", "cloud/result", "--iteration",
                     std::to_string(t), "--out", file},
       .directory = folder_,
       .silent = true});
  return program::value_or_throw(learn::load_head(folder_ / file));
}

void Steps::say(const char* what, const char* name,
                const std::vector<std::string>& arguments) const {
  std::string line = name;
  for (const std::string& argument : arguments) {
    line += " " + argument;
  }
  console_.print("\n{}\n$ {}\n", what, line);
}

}  // namespace blindfit::demo
