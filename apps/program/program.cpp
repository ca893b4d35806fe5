// SPDX-License-Identifier: Apache-2.0
#include "apps/program/program.h"

#include <fmt/core.h>

#include <iostream>
#include <string>

#include "apps/program/exit_code.h"
#include "apps/program/interrupt.h"

namespace blindfit::program {
namespace {

/// What the parser says, in the form of all other errors.
base::Error usage_error(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  const auto chosen = app.get_subcommands();
  if (!chosen.empty()) {
    return {base::ErrorCode::kInvalidArgument,
            fmt::format("{}; see `{} {} --help`", error.what(), app.get_name(),
                        chosen.front()->get_name())};
  }
  std::string known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    known += (known.empty() ? "" : ", ") + command->get_name();
  }
  return {base::ErrorCode::kInvalidArgument,
          fmt::format("the command must be one of {}: {}; see `{} --help`", known,
                      argc > 1 ? argv[1] : "none given", app.get_name())};
}

}  // namespace

void set_up(CLI::App& app, const char* name) {
  app.name(name);
  app.footer(kExitCodeHelp);
  app.set_version_flag("--version", std::string(name) + " " + BLINDFIT_VERSION);
  app.require_subcommand(1);
}

int run(CLI::App& app, int argc, char** argv) {
  catch_interrupts();
  return run_and_translate(app.get_name(), [&] {
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() != 0) {
        throw usage_error(app, error, argc, argv);
      }
      app.exit(error, std::cout, std::cerr);  // help and version
    }
  });
}

}  // namespace blindfit::program
