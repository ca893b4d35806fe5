// SPDX-License-Identifier: Apache-2.0
// From errors to exit codes and messages: the one place where either program translates.
#pragma once

#include <exception>
#include <functional>
#include <string>

#include "blindfit/base/error.h"

namespace blindfit::program {

/// Documented in `--help`; scripts rely on them.
enum class ExitCode : int {
  kDone = 0,
  kInternal = 1,  ///< our mistake, or memory exhausted
  kUsage = 2,     ///< flags or input data
  kIo = 3,        ///< the operating system refused a file operation
  kDamaged = 4,   ///< a damaged or foreign file
  kUnfit = 5,     ///< insecure or unfit parameters
  kInterrupted = 130,
};

/// The footer of both programs' help.
extern const char* const kExitCodeHelp;

[[nodiscard]] ExitCode exit_code(base::ErrorCode code) noexcept;

/// Runs `body`; whatever it throws becomes one line on stderr, "<program>: error: ...", and the
/// exit code that belongs to it.
[[nodiscard]] int run_and_translate(const std::string& program, const std::function<void()>& body);

/// The value of a Result, or throws its error.
template <typename T>
T value_or_throw(base::Result<T> result) {
  return std::move(result).value();
}
inline void throw_on_error(const base::Status& status) {
  (void)status.value();
}

}  // namespace blindfit::program
