// SPDX-License-Identifier: Apache-2.0
#include "apps/program/console.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <system_error>

#include "apps/program/exit_code.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/wire/json_file.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::program {
namespace {

constexpr std::size_t kMostThreads = 1024;

template <typename Accepts>
CLI::Validator number_that(Accepts accepts, const std::string& rule) {
  const auto check = [accepts, rule](const std::string& text) {
    double value = 0;
    const bool fits = CLI::detail::lexical_cast(text, value) && accepts(value);
    return fits ? std::string() : fmt::format("must be a number {}: {}", rule, text);
  };
  return {check, rule};
}

}  // namespace

CLI::Validator at_least(int minimum) {
  return number_that([minimum](double value) { return value >= minimum; },
                     fmt::format(">= {}", minimum));
}

CLI::Validator above_zero() {
  return number_that([](double value) { return value > 0; }, "> 0");
}

void add_json_option(CLI::App& command, CommonOptions& options) {
  command
      .add_option("--json", options.json, "Write the figures as JSON to this file ('-': stdout)")
      ->type_name("FILE|-");
}

void add_threads_option(CLI::App& command, CommonOptions& options) {
  command.add_option("--threads", options.threads, "Threads to use (default: one per core)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, kMostThreads));
}

void Console::row(const std::string& label, const std::string& value) const {
  print("  {:<28}{}\n", label, value);
}

void Console::write_json(const nlohmann::json& figures) const {
  if (json_ == "-") {
    fmt::print("{}\n", figures.dump(2));
    std::fflush(stdout);
  } else if (!json_.empty()) {
    write_json_file(json_, figures);
  }
}

void check_target(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    throw base::Error(base::ErrorCode::kIo,
                      fmt::format("cannot write '{}': it is no regular file; give the name of a "
                                  "file that is absent or may be replaced",
                                  path.string()));
  }
}

void write_json_file(const std::filesystem::path& path, const nlohmann::json& document) {
  check_target(path);
  const std::string text = document.dump(2) + "\n";
  throw_on_error(base::write_file(
      path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
}

nlohmann::json read_json_file(const std::filesystem::path& path) {
  return value_or_throw(
      wire::load_file(path, wire::Limits{}, [](std::span<const std::uint8_t> bytes) {
        return wire::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      }));
}

}  // namespace blindfit::program
