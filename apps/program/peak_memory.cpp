// SPDX-License-Identifier: Apache-2.0
#include "apps/program/peak_memory.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace blindfit::program {
namespace {

constexpr std::chrono::milliseconds kInterval{10};

}  // namespace

double anonymous_mib(const std::string& status) {
  std::istringstream lines(status);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string name;
    double kib = 0;
    if (words >> name >> kib && name == "RssAnon:") {
      return kib / 1024;
    }
  }
  return 0;
}

double current_anonymous_mib() {
  std::ifstream file("/proc/self/status");
  std::ostringstream text;
  text << file.rdbuf();
  return anonymous_mib(text.str());
}

PeakMemory::PeakMemory() : poller_(kInterval, [this] { sample(); }) {}

void PeakMemory::sample() {
  peak_.store(std::max(peak_.load(), current_anonymous_mib()));
}

}  // namespace blindfit::program
