// SPDX-License-Identifier: Apache-2.0
#include "apps/program/available_memory.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

#include "apps/program/quantities.h"
#include "blindfit/base/error.h"

namespace blindfit::program {
namespace {

constexpr double kKibi = 1024;

std::string text_of(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The number that `text` begins with.
std::optional<double> leading_number(const std::string& text) {
  std::istringstream stream(text);
  double value = 0;
  return stream >> value ? std::optional(value) : std::nullopt;
}

/// The number after `name`.
std::optional<double> field(const std::string& text, const std::string& name) {
  const auto at = text.find(name);
  return at == std::string::npos ? std::nullopt : leading_number(text.substr(at + name.size()));
}

}  // namespace

MemoryReport read_memory_report() {
  return {text_of("/proc/meminfo"), text_of("/sys/fs/cgroup/memory.max"),
          text_of("/sys/fs/cgroup/memory.current")};
}

double available_bytes(const MemoryReport& report) {
  double bytes = std::numeric_limits<double>::infinity();
  if (const auto kibi = field(report.meminfo, "MemAvailable:")) {
    bytes = *kibi * kKibi;
  }
  const auto limit = leading_number(report.cgroup_max);
  const auto current = leading_number(report.cgroup_current);
  if (limit && current) {
    bytes = std::min(bytes, std::max(0.0, *limit - *current));
  }
  return bytes;
}

void require_memory(double needed, double allowed) {
  if (needed > allowed) {
    throw base::Error(
        base::ErrorCode::kTooLarge,
        fmt::format("this may take {} of memory, and needs about {}; free memory, use a larger "
                    "machine or fewer --threads, plan with fewer rows or components, or give "
                    "--memory if you know better",
                    format_bytes(allowed), format_bytes(needed)));
  }
}

}  // namespace blindfit::program
