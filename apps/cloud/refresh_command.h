// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace blindfit::cloud {

/// `blindfit-cloud refresh`.
void add_refresh_command(CLI::App& app);

}  // namespace blindfit::cloud
