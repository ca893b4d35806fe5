// SPDX-License-Identifier: Apache-2.0
// How much is measured.
#pragma once

#include <cstdint>

namespace blindfit::bench {

/// kShort is what `make bench` has ten minutes for; kLong adds every family, level and variant.
enum class Scope : std::uint8_t { kShort, kLong };

}  // namespace blindfit::bench
