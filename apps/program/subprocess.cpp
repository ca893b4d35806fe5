// SPDX-License-Identifier: Apache-2.0
#include "apps/program/subprocess.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>

#include "apps/program/exit_code.h"
#include "blindfit/base/error.h"

namespace blindfit::program {
namespace {

using base::Error;
using base::ErrorCode;
namespace fs = std::filesystem;

class SpawnActions {
 public:
  SpawnActions() { posix_spawn_file_actions_init(&actions_); }
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

pid_t spawn(const Command& command) {
  SpawnActions actions;
  if (!command.directory.empty()) {
    posix_spawn_file_actions_addchdir_np(actions.get(), command.directory.c_str());
  }
  if (command.silent) {
    posix_spawn_file_actions_addopen(actions.get(), STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  }
  std::vector<std::string> words = {command.program.string()};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error =
      posix_spawn(&child, command.program.c_str(), actions.get(), nullptr, argv.data(), environ);
  if (error != 0) {
    throw Error(ErrorCode::kIo, fmt::format("cannot run '{}': {}", command.program.string(),
                                            std::generic_category().message(error)));
  }
  return child;
}

}  // namespace

Finished run(const Command& command) {
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = spawn(command);
  int status = 0;
  // A signal to the whole group (Ctrl-C) interrupts the wait; the child decides how to end.
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      throw Error(ErrorCode::kIo, fmt::format("cannot wait for '{}': {}", command.program.string(),
                                              std::generic_category().message(errno)));
    }
  }
  Finished finished;
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return finished;
}

Finished run_or_throw(const Command& command) {
  const Finished finished = run(command);
  const std::string name = command.program.filename().string();
  switch (static_cast<ExitCode>(finished.exit_code)) {
    case ExitCode::kDone:
      return finished;
    case ExitCode::kUsage:
      throw Error(ErrorCode::kInvalidArgument, name + " refused its input (message above)");
    case ExitCode::kIo:
      throw Error(ErrorCode::kIo, name + " could not read or write a file (message above)");
    case ExitCode::kDamaged:
      throw Error(ErrorCode::kCorrupt, name + " refused a file (message above)");
    case ExitCode::kUnfit:
      throw Error(ErrorCode::kInsecureParameters, name + " refused the parameters (message above)");
    case ExitCode::kInterrupted:
      throw Error(ErrorCode::kCancelled, name + " was interrupted");
    case ExitCode::kInternal:
      break;
  }
  throw Error(ErrorCode::kLevelMismatch,
              fmt::format("{} ended with exit code {}", name, finished.exit_code));
}

fs::path program_beside_this(const std::string& name) {
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / name;
  if (!fs::exists(program)) {
    throw Error(ErrorCode::kIo, fmt::format("cannot find '{}', which must lie beside this program; "
                                            "build it with `make build`",
                                            program.string()));
  }
  return program;
}

}  // namespace blindfit::program
