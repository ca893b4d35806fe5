// SPDX-License-Identifier: Apache-2.0
// `blindfit-cloud train`: its flags and what it says.
#pragma once

#include <CLI/CLI.hpp>

namespace blindfit::cloud {

void add_train_command(CLI::App& app);

}  // namespace blindfit::cloud
