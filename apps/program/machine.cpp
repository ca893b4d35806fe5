// SPDX-License-Identifier: Apache-2.0
#include "apps/program/machine.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "blindfit/kernels/kernel_table.h"

namespace blindfit::program {
namespace {

/// The value of the first line of /proc/cpuinfo that starts with `name`.
std::string cpuinfo(const std::string& name) {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    const auto colon = line.find(':');
    if (line.rfind(name, 0) == 0 && colon != std::string::npos && colon + 2 <= line.size()) {
      return line.substr(colon + 2);
    }
  }
  return {};
}

}  // namespace

std::string cpu_name() {
  const std::string name = cpuinfo("model name");
  return name.empty() ? "unknown" : name;
}

std::vector<std::string> cpu_features() {
  const std::vector<std::string> wanted = {"avx2",     "fma",      "bmi2",      "avx512f",
                                           "avx512dq", "avx512vl", "avx512ifma"};
  std::istringstream flags(cpuinfo("flags"));
  std::vector<std::string> found;
  std::string flag;
  while (flags >> flag) {
    if (std::find(wanted.begin(), wanted.end(), flag) != wanted.end()) {
      found.push_back(flag);
    }
  }
  return found;
}

std::string kernels_name() {
  return std::string(kernels::default_kernels().value()->name);
}

std::size_t available_cores() {
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace blindfit::program
