// SPDX-License-Identifier: Apache-2.0
// The flags of `blindfit plan`. What is absent is chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <optional>
#include <string>

#include "apps/owner/data_flags.h"
#include "apps/program/console.h"

namespace blindfit::commands {

struct PlanFlags {
  program::CommonOptions common;
  DataFlags data;
  std::size_t rows = 0;
  std::size_t features = 0;
  std::size_t classes = 0;
  std::string loss = "sle";
  std::optional<std::size_t> iterations;
  std::size_t batches = 1;
  std::string transform = "whiten";
  std::optional<long> components;
  std::string ridge;
  std::string units;
  bool no_mirror = false;
  std::string method;
  std::string bound = "paper";
  double a0 = 1;
  std::optional<double> step;
  std::string schedule = "constant";
  double schedule_rate = 0.1;
  double weight_decay = 0;
  std::string activation;
  int extensions = 0;
  std::optional<double> range;
  std::string start = "zero";
  double start_value = 0;
  std::string labels_as;
  std::optional<unsigned> log_n;
  unsigned scale_bits = 40;
  std::string refreshes = "auto";
  bool inference = false;
  std::optional<double> weight_bound;
  std::optional<std::size_t> max_ciphertexts;
  std::optional<double> max_key_gib;
  std::string out;
};

void add_plan_flags(CLI::App& command, PlanFlags& flags);

}  // namespace blindfit::commands
