// SPDX-License-Identifier: Apache-2.0
// Rows that a kernel's caller reads next.
#pragma once

#include <cstddef>
#include <cstdint>

namespace blindfit::kernels {

/// A hint: `count` rows as long as the kernel's own, whose loads it may start beside its
/// arithmetic.
struct RowsAhead {
  const std::uint64_t* const* rows = nullptr;
  std::size_t count = 0;
};

}  // namespace blindfit::kernels
