// SPDX-License-Identifier: Apache-2.0
// The one exception type and the Result of everything that meets outside bytes; docs/notes/0001
// says which is used when.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace blindfit::base {

/// A small closed set: programs translate these to exit codes once, at their edge.
enum class ErrorCode {
  kInvalidArgument,     ///< a value outside its documented range
  kInsecureParameters,  ///< parameters above the 128-bit cap
  kLevelExhausted,      ///< no prime is left for the operation
  kLevelMismatch,       ///< operands at different levels
  kScaleMismatch,       ///< operands whose scales differ
  kKeyMissing,      ///< an evaluation key that the operation needs is absent or at too low a level
  kMalformed,       ///< bytes that are not what they claim to be
  kCorrupt,         ///< bytes whose checksum or authentication tag is wrong
  kForeign,         ///< a well-formed object of another plan, key set or format version
  kTooLarge,        ///< an object above the caller's limits
  kIo,              ///< the operating system refused a file operation
  kUnsupportedCpu,  ///< kernels forced that this CPU cannot run
  kCanary,          ///< a decrypted slot that must be zero is not
  kCancelled,       ///< the user interrupted the work
};

/// Returns the stable lower-case name of `code`, e.g. "level_exhausted".
const char* to_string(ErrorCode code) noexcept;

/// Thrown when a documented contract is broken. Messages state the rule first and end with the
/// value seen.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message, const char* file = __builtin_FILE(),
        int line = __builtin_LINE())
      : std::runtime_error(message), code_(code), file_(file), line_(line) {}

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }
  [[nodiscard]] const char* file() const noexcept { return file_; }
  [[nodiscard]] int line() const noexcept { return line_; }

 private:
  ErrorCode code_;
  const char* file_;
  int line_;
};

/// A value or the Error that stands in its place; used wherever bytes, flags or parameters come
/// from outside.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const noexcept { return std::holds_alternative<T>(state_); }
  explicit operator bool() const noexcept { return ok(); }

  /// Returns the error. Requires !ok().
  [[nodiscard]] const Error& error() const { return std::get<Error>(state_); }

  /// Returns the value, or throws the error it stands for.
  [[nodiscard]] const T& value() const& {
    if (!ok()) {
      throw error();
    }
    return std::get<T>(state_);
  }
  [[nodiscard]] T value() && {
    if (!ok()) {
      throw error();
    }
    return std::get<T>(std::move(state_));
  }
  const T* operator->() const { return &value(); }
  const T& operator*() const { return value(); }

 private:
  std::variant<T, Error> state_;
};

/// The Result of an operation that yields nothing but success: `return kDone;`.
using Status = Result<std::monostate>;
inline constexpr std::monostate kDone{};

}  // namespace blindfit::base
