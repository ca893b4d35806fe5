// SPDX-License-Identifier: Apache-2.0
#include "apps/program/quantities.h"

#include <fmt/core.h>

#include <cmath>

namespace blindfit::program {

std::string format_bytes(double bytes) {
  constexpr double kStep = 1024;
  if (bytes < kStep) {
    return fmt::format("{:.0f} bytes", bytes);
  }
  const char* const units[] = {"KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  // 1000 MiB reads worse than 0.98 GiB.
  for (bytes /= kStep; bytes >= 1000 && unit + 1 < std::size(units); bytes /= kStep) {
    ++unit;
  }
  return fmt::format("{:.{}f} {}", bytes, bytes < 10 ? 2 : 1, units[unit]);
}

std::string format_seconds(double seconds) {
  if (seconds < 1) {
    return fmt::format("{:.0f} ms", seconds * 1000);
  }
  if (seconds < 100) {
    return fmt::format("{:.{}f} s", seconds, seconds < 10 ? 2 : 1);
  }
  const auto whole = std::llround(seconds);
  if (whole < 3600) {
    return fmt::format("{} min {} s", whole / 60, whole % 60);
  }
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string format_percent(double fraction) {
  return fmt::format("{:.2f} %", fraction * 100);
}

std::string format_count(std::size_t count) {
  std::string digits = fmt::format("{}", count);
  for (std::size_t end = digits.size(); end > 3; end -= 3) {
    digits.insert(end - 3, ",");
  }
  return digits;
}

}  // namespace blindfit::program
