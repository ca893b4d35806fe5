// SPDX-License-Identifier: Apache-2.0
// How much memory this process has needed at most.
#pragma once

#include <atomic>
#include <string>

#include "apps/program/poller.h"

namespace blindfit::program {

/// "RssAnon" of the text of /proc/<pid>/status in MiB; 0 if the line is missing.
double anonymous_mib(const std::string& status);

/// Of this process, now.
double current_anonymous_mib();

/// Samples the anonymous resident memory of this process (heap and stacks, not mapped files) every
/// 10 ms: the kernel keeps no peak of it. What lives shorter than that can escape.
class PeakMemory {
 public:
  PeakMemory();
  [[nodiscard]] double mib() const noexcept { return peak_.load(); }

 private:
  void sample();

  std::atomic<double> peak_{0};
  Poller poller_;
};

}  // namespace blindfit::program
