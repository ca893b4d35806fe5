// SPDX-License-Identifier: Apache-2.0
// What this program runs on.
#pragma once

#include <string>
#include <vector>

namespace blindfit::program {

/// The processor's name, e.g. "Intel(R) Xeon(R) Processor"; "unknown" where the system does not
/// say.
std::string cpu_name();
/// Those of its features that some kernel family asks for.
std::vector<std::string> cpu_features();
/// The family of kernels in use. Throws if BLINDFIT_KERNELS names one that cannot run here.
std::string kernels_name();
/// Processors that this process may run on.
std::size_t available_cores();

}  // namespace blindfit::program
