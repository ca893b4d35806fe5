// SPDX-License-Identifier: Apache-2.0
// Samplers of secrets: constant-time in their output, fed by the operating system's generator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "blindfit/rlwe/security.h"

namespace blindfit::owner {

using rlwe::kErrorSigma;

/// Independent uniform values in {-1, 0, 1}.
std::vector<std::int8_t> sample_ternary(std::size_t count);

/// `weight` signs at uniform distinct positions, zeros elsewhere. The number of positions that were
/// drawn twice shows in the timing, nothing else does: weight * count word operations. Requires
/// weight <= count.
std::vector<std::int8_t> sample_sparse(std::size_t count, std::size_t weight);

/// Independent discrete Gaussian values of standard deviation kErrorSigma, cut at 12 sigma (mass
/// beyond: 2^-106), by a full scan of a cumulative table of 63 bits; statistical distance per value
/// below 2^-56.
std::vector<std::int64_t> sample_gaussian(std::size_t count);

}  // namespace blindfit::owner
