// SPDX-License-Identifier: Apache-2.0
// IEEE 754 binary16, the storage format of feature files.
#pragma once

#include <bit>
#include <cstdint>

namespace blindfit::data {

/// Returns the value of the binary16 number with these bits, exactly; infinities and NaN map to the
/// same.
[[nodiscard]] inline double half_to_double(std::uint16_t bits) noexcept {
  constexpr std::uint64_t kExponentShift = 1023 - 15;  // difference of the exponent biases
  constexpr int kFractionShift = 52 - 10;
  const std::uint64_t sign = std::uint64_t{bits & 0x8000U} << 48;
  const std::uint64_t exponent = (bits >> 10) & 0x1fU;
  const std::uint64_t fraction = bits & 0x3ffU;
  if (exponent == 0) {  // zero and subnormals: fraction * 2^-24, exact in double
    const double magnitude = static_cast<double>(fraction) * 0x1p-24;
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(magnitude) | sign);
  }
  const std::uint64_t wide = exponent == 0x1f ? 0x7ff : exponent + kExponentShift;
  return std::bit_cast<double>(sign | (wide << 52) | (fraction << kFractionShift));
}

}  // namespace blindfit::data
