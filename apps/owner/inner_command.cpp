// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/inner_command.h"

#include <algorithm>
#include <utility>

namespace blindfit::commands {

void run_inner_command(void (*add)(CLI::App&), const std::string& name,
                       std::vector<std::string> arguments, const program::Console& console) {
  std::string line = "blindfit " + name;
  for (const std::string& argument : arguments) {
    line += ' ' + argument;
  }
  console.print("$ {}\n", line);
  CLI::App app;
  add(app);
  arguments.insert(arguments.begin(), name);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  app.parse(std::move(arguments));
}

}  // namespace blindfit::commands
