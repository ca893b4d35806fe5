// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them.
#pragma once

#include <string>

namespace blindfit::program {

/// "812 bytes", "1.4 KiB", "23.1 MiB", "0.71 GiB".
std::string format_bytes(double bytes);
/// "3 ms", "2.41 s", "1 min 40 s", "2 h 5 min".
std::string format_seconds(double seconds);
/// "29.69 %" for 0.296875.
std::string format_percent(double fraction);
/// "1,797".
std::string format_count(std::size_t count);

}  // namespace blindfit::program
