// SPDX-License-Identifier: Apache-2.0
// What one output of KernelTable::extend is made of.
#pragma once

#include <cstdint>

#include "blindfit/kernels/modulus_constants.h"

namespace blindfit::kernels {

struct ExtensionTarget {
  std::uint64_t* out;
  const std::uint64_t* factor;  ///< per source prime, modulo q
  std::uint64_t product;        ///< of the source primes, modulo q
  const ModulusConstants* q;
};

}  // namespace blindfit::kernels
