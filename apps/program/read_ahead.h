// SPDX-License-Identifier: Apache-2.0
// Asks the system to have a file in memory by the time it is read.
#pragma once

#include <filesystem>

namespace blindfit::program {

/// Returns at once. A hint: nothing is said about files that are missing or cannot be read.
void read_ahead(const std::filesystem::path& path) noexcept;

}  // namespace blindfit::program
