// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/secret.h"

#include <sodium.h>

namespace blindfit::base {

bool equal_in_constant_time(std::span<const std::uint8_t> a,
                            std::span<const std::uint8_t> b) noexcept {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace blindfit::base
