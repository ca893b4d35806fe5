// SPDX-License-Identifier: Apache-2.0
// How much memory this process may still take, so that a job that needs more is refused before it
// begins and not killed in the middle.
#pragma once

#include <string>

namespace blindfit::program {

/// What the system says about itself, as text; empty where it says nothing.
struct MemoryReport {
  std::string meminfo;         ///< /proc/meminfo
  std::string cgroup_max;      ///< memory.max of this process's control group: a number or "max"
  std::string cgroup_current;  ///< its memory.current
};
MemoryReport read_memory_report();

/// The smaller of what the machine has available and what the control group leaves; infinite if
/// neither is known.
double available_bytes(const MemoryReport& report);

/// Throws Error{kTooLarge} with both figures and the remedies if `needed` bytes are more than
/// `allowed`.
void require_memory(double needed, double allowed);

}  // namespace blindfit::program
