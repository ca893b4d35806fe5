// SPDX-License-Identifier: Apache-2.0
// `info`: what this program is and what it runs on; the same in both programs.
#pragma once

#include <CLI/CLI.hpp>

namespace blindfit::program {

void add_info_command(CLI::App& app);

}  // namespace blindfit::program
