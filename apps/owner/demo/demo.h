// SPDX-License-Identifier: Apache-2.0
// The whole journey on embedded digits, step by step, each step a process of its own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "apps/program/console.h"

namespace blindfit::demo {

struct DemoOptions {
  std::filesystem::path folder;  ///< made, or replaced if an earlier demo made it
  std::size_t threads = 0;
  bool images = false;   ///< from image files, as its user's own data will be
  std::string backbone;  ///< for images; empty: one that is found, or none
};

/// Prints every command before it runs it, then what came of all, and leaves report.html in the
/// folder. Returns the figures. Throws Error{kIo} if the folder holds anything else; what the steps
/// throw.
nlohmann::json run_demo(const DemoOptions& options, const program::Console& console);

}  // namespace blindfit::demo
