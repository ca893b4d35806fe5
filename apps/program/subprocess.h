// SPDX-License-Identifier: Apache-2.0
// Runs another program and waits for it: how the owner's program calls the cloud's.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace blindfit::program {

struct Command {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::filesystem::path directory;  ///< where it runs; empty: here
  bool silent = false;              ///< drops what it prints on stdout
};

/// What became of it; a signal counts as 128 + its number, as in a shell.
struct Finished {
  int exit_code = 0;
  double seconds = 0;  ///< from its start to its end
};

/// Runs `command` to its end; stderr is shared. Errors: throws Error{kIo} if it cannot be started.
Finished run(const Command& command);

/// Runs `command` and throws unless it exits 0: Error{kCancelled} for 130, else an error that names
/// the program and the code it ended with.
Finished run_or_throw(const Command& command);

/// The program `name` in the folder of the running one. Throws Error{kIo} if there is none.
std::filesystem::path program_beside_this(const std::string& name);

}  // namespace blindfit::program
