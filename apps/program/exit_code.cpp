// SPDX-License-Identifier: Apache-2.0
#include "apps/program/exit_code.h"

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>
#include <new>
#include <system_error>

namespace blindfit::program {

const char* const kExitCodeHelp =
    "Exit codes: 0 done, 1 internal error, 2 wrong flags or data, 3 a file could not be read or\n"
    "written, 4 a damaged or foreign file, 5 insecure or unfit parameters, 130 interrupted.";

ExitCode exit_code(base::ErrorCode code) noexcept {
  using base::ErrorCode;
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kUnsupportedCpu:
      return ExitCode::kUsage;
    case ErrorCode::kIo:
      return ExitCode::kIo;
    case ErrorCode::kMalformed:
    case ErrorCode::kCorrupt:
    case ErrorCode::kForeign:
    case ErrorCode::kTooLarge:
    case ErrorCode::kKeyMissing:
    case ErrorCode::kCanary:
      return ExitCode::kDamaged;
    case ErrorCode::kInsecureParameters:
    case ErrorCode::kLevelExhausted:
      return ExitCode::kUnfit;
    case ErrorCode::kCancelled:
      return ExitCode::kInterrupted;
    case ErrorCode::kLevelMismatch:
    case ErrorCode::kScaleMismatch:
      return ExitCode::kInternal;
  }
  return ExitCode::kInternal;
}

namespace {

int report(const std::string& program, const std::string& message, ExitCode code) {
  fmt::print(stderr, "{}: error: {}\n", program, message);
  return static_cast<int>(code);
}

}  // namespace

int run_and_translate(const std::string& program, const std::function<void()>& body) {
  try {
    body();
    return static_cast<int>(ExitCode::kDone);
  } catch (const base::Error& error) {
    const ExitCode code = exit_code(error.code());
    if (code != ExitCode::kInternal) {
      return report(program, error.what(), code);
    }
    return report(
        program,
        fmt::format("internal: {} ({}, {}:{}); please report it with the command line",
                    error.what(), base::to_string(error.code()), error.file(), error.line()),
        code);
  } catch (const std::filesystem::filesystem_error& error) {
    return report(program, fmt::format("{}; check the path and its permissions", error.what()),
                  ExitCode::kIo);
  } catch (const std::bad_alloc&) {
    return report(program,
                  "out of memory; `blindfit plan` states what a job needs: ask for fewer "
                  "iterations, components or threads",
                  ExitCode::kInternal);
  } catch (const std::exception& error) {
    return report(program, fmt::format("internal: {}", error.what()), ExitCode::kInternal);
  }
}

}  // namespace blindfit::program
