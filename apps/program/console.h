// SPDX-License-Identifier: Apache-2.0
// What every command shares: --json and --threads, and where its words go.
#pragma once

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>

namespace blindfit::program {

/// Values of the flags that most commands have.
struct CommonOptions {
  std::string json;         ///< empty: none; "-": stdout
  std::size_t threads = 0;  ///< 0: one per available core
};
/// Adds `--json FILE|-`.
void add_json_option(CLI::App& command, CommonOptions& options);
/// Adds `--threads N`.
void add_threads_option(CLI::App& command, CommonOptions& options);

/// Refuse a flag's number below `minimum`, or not above zero, with a message that says so.
CLI::Validator at_least(int minimum);
CLI::Validator above_zero();

/// Words for people go to stdout, or to stderr where stdout is taken by JSON.
class Console {
 public:
  explicit Console(const CommonOptions& options) : json_(options.json) {}

  template <typename... Arguments>
  void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) const {
    fmt::print(stream(), format, std::forward<Arguments>(arguments)...);
    std::fflush(stream());
  }
  /// True if stdout is for JSON alone.
  [[nodiscard]] bool stdout_is_taken() const noexcept { return json_ == "-"; }
  /// One line of a table: a label and what it is.
  void row(const std::string& label, const std::string& value) const;
  /// Writes the figures where --json says, if it was given. Throws Error{kIo}.
  void write_json(const nlohmann::json& figures) const;

 private:
  [[nodiscard]] std::FILE* stream() const { return stdout_is_taken() ? stderr : stdout; }

  std::string json_;
};

/// Refuses to replace what is no regular file, such as /dev/null. Throws Error{kIo}.
void check_target(const std::filesystem::path& path);

/// Writes indented JSON with a final newline through a temporary file. Throws Error{kIo}.
void write_json_file(const std::filesystem::path& path, const nlohmann::json& document);
/// Any JSON, within the limits on what comes from outside. Throws Error{kIo}, kMalformed and
/// kTooLarge, with the path.
nlohmann::json read_json_file(const std::filesystem::path& path);

}  // namespace blindfit::program
