// SPDX-License-Identifier: Apache-2.0
#include "apps/program/info_command.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "apps/program/console.h"
#include "apps/program/machine.h"
#include "blindfit/kernels/kernel_table.h"
#include "blindfit/rlwe/security.h"
#include "blindfit/wire/header.h"

namespace blindfit::program {
namespace {

nlohmann::json gather() {
  nlohmann::json info;
  info["version"] = BLINDFIT_VERSION;
  info["format_version"] = wire::kFormatVersion;
  info["kernels"] = kernels_name();
  for (const kernels::KernelTable* table : kernels::supported_kernels()) {
    info["kernels_available"].push_back(table->name);
  }
  info["cpu"] = cpu_name();
  info["cpu_features"] = cpu_features();
  info["cores"] = available_cores();
  for (unsigned log_n = rlwe::kMinLogN; log_n <= rlwe::kMaxLogN; ++log_n) {
    info["max_log_qp"][std::to_string(log_n)] = rlwe::max_log_qp(log_n);
  }
  return info;
}

std::string words(const nlohmann::json& list) {
  std::string text;
  for (const auto& word : list) {
    text += (text.empty() ? "" : " ") + word.get<std::string>();
  }
  return text;
}

void print(const Console& console, const nlohmann::json& info) {
  console.print("blindfit {}, file format {}\n", info["version"].get<std::string>(),
                info["format_version"].get<int>());
  console.row("kernels", info["kernels"].get<std::string>() + " (BLINDFIT_KERNELS forces one of: " +
                             words(info["kernels_available"]) + ")");
  console.row("processor", fmt::format("{}, {} cores", info["cpu"].get<std::string>(),
                                       info["cores"].get<int>()));
  console.row("its features", words(info["cpu_features"]));
  console.print(
      "\n128-bit security, classical, ternary secret (eprint 2024/463): largest log2(QP)\n");
  std::string ring = "  N       ";
  std::string cap = "  log2 QP ";
  for (unsigned log_n = rlwe::kMinLogN; log_n <= rlwe::kMaxLogN; ++log_n) {
    ring += fmt::format("{:>6}", fmt::format("2^{}", log_n));
    cap += fmt::format("{:>6}", rlwe::max_log_qp(log_n));
  }
  console.print("{}\n{}\n", ring, cap);
}

}  // namespace

void add_info_command(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("info", "Show version, kernels, processor and the security table");
  const auto options = std::make_shared<CommonOptions>();
  add_json_option(*command, *options);
  command->callback([options] {
    const Console console(*options);
    const nlohmann::json info = gather();
    print(console, info);
    console.write_json(info);
  });
}

}  // namespace blindfit::program
