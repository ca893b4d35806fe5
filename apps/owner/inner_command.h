// SPDX-License-Identifier: Apache-2.0
// Commands that are made of other commands of this program.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "apps/program/console.h"

namespace blindfit::commands {

/// Shows "$ blindfit <name> <arguments>" and runs it in this process. `add` is its function of
/// commands.h. Throws what the command throws, and CLI::ParseError for flags that it does not know.
void run_inner_command(void (*add)(CLI::App&), const std::string& name,
                       std::vector<std::string> arguments, const program::Console& console);

}  // namespace blindfit::commands
