// SPDX-License-Identifier: Apache-2.0
// The frame of both programs: parses the command line, runs the command, translates errors.
#pragma once

#include <CLI/CLI.hpp>

namespace blindfit::program {

/// Sets name, footer and --version.
void set_up(CLI::App& app, const char* name);

/// Parses and thereby runs the callbacks of the chosen command. Returns the exit code. Whatever is
/// wrong with the command line is said as all errors are: "<program>: error: ...".
int run(CLI::App& app, int argc, char** argv);

}  // namespace blindfit::program
