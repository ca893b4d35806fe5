// SPDX-License-Identifier: Apache-2.0
// The commands of `blindfit`; each function adds one with its flags, help and callback.
#pragma once

#include <CLI/CLI.hpp>

namespace blindfit::commands {

void add_features_command(CLI::App& app);
void add_prepare_command(CLI::App& app);
void add_plan_command(CLI::App& app);
void add_keygen_command(CLI::App& app);
void add_encrypt_command(CLI::App& app);
void add_decrypt_command(CLI::App& app);
void add_evaluate_command(CLI::App& app);
void add_query_command(CLI::App& app);
void add_watch_command(CLI::App& app);
void add_classify_command(CLI::App& app);
void add_reproduce_command(CLI::App& app);
void add_demo_command(CLI::App& app);

}  // namespace blindfit::commands
