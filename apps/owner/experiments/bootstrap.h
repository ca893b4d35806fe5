// SPDX-License-Identifier: Apache-2.0
// `blindfit reproduce bootstrap`: how long a refresh takes, what it leaves and how exact it is.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "blindfit/bootstrap/parameters.h"

namespace blindfit::experiments {

inline constexpr const char* kBootstrapName = "bootstrap";
inline constexpr const char* kBootstrapSummary =
    "refreshes at N = 2^16 and 128 bits: seconds, levels, precision, keys, memory";

/// One way to bootstrap, and how often it is tried on each of four kinds of input.
struct BootstrapCase {
  std::string name;
  bootstrap::BootstrapLiteral literal;
  unsigned log_slots = 0;
  std::size_t runs_each = 5;
};

/// Told what is being done, a line at a time.
using Say = std::function<void(const std::string&)>;

/// Makes keys and inputs, random, constant, single-slot and alternating ones; has the cloud's
/// program refresh them in a process of its own, on one thread and on two by turns; decrypts and
/// compares. Keys and ciphertexts lie in a temporary folder in `scratch`. Throws what the parts
/// throw.
nlohmann::json measure_bootstrap(const BootstrapCase& which, const std::filesystem::path& scratch,
                                 const Say& say);

/// Set A with full packing at the top level, the others nested: slots_4096, slots_8192, and sets
/// t14 and t16.
nlohmann::json run_bootstrap_experiment(const std::filesystem::path& scratch, const Say& say);

}  // namespace blindfit::experiments
