// SPDX-License-Identifier: Apache-2.0
#include "apps/program/program.h"

#include <iostream>

#include "apps/program/exit_code.h"
#include "apps/program/interrupt.h"

namespace blindfit::program {

void set_up(CLI::App& app, const char* name) {
  app.name(name);
  app.footer(kExitCodeHelp);
  app.set_version_flag("--version", std::string(name) + " " + BLINDFIT_VERSION);
  app.require_subcommand(1);
}

int run(CLI::App& app, int argc, char** argv) {
  catch_interrupts();
  int parsed = 0;
  const int code = run_and_translate(app.get_name(), [&] {
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      // Help and version come as errors too, with exit code 0.
      parsed = app.exit(error, std::cout, std::cerr) == 0 ? static_cast<int>(ExitCode::kDone)
                                                          : static_cast<int>(ExitCode::kUsage);
    }
  });
  return code != 0 ? code : parsed;
}

}  // namespace blindfit::program
