// SPDX-License-Identifier: Apache-2.0
// `blindfit-cloud predict`.
#pragma once

#include <CLI/CLI.hpp>

namespace blindfit::cloud {

void add_predict_command(CLI::App& app);

}  // namespace blindfit::cloud
