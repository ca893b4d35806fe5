// SPDX-License-Identifier: Apache-2.0
// The map between coefficients and slots, factored into stages of butterflies
// [cheon2018bootstrapping, Sec. 4; bossuat2021efficient, Sec. 4.3].
//
// Slots z and coefficients w_k = m_k + i m_(k+s) of a message of s slots satisfy z_j = sum_k w_k
// xi^(5^j k), xi = exp(2 pi i / 4s). Splitting even and odd k gives log2(s) layers; layer l = 1 ..
// log2(s) joins blocks of h = 2^(l-1) to blocks of 2h by (a, b) -> (a + t b, a - t b), t_j =
// exp(2 pi i 5^j / 8h), and takes its first operand in bit-reversed order.
#pragma once

#include <cstddef>
#include <vector>

#include "blindfit/circuits/linear_transform.h"

namespace blindfit::bootstrap {

/// Layers first + 1 .. first + layers in one matrix; no layers: the identity.
struct DftStage {
  unsigned first = 0;
  unsigned layers = 0;
  bool operator==(const DftStage&) const = default;

  [[nodiscard]] std::size_t stride() const noexcept { return std::size_t{1} << first; }
};

/// `stages` stages over log_slots layers, lowest first, as even as possible, the larger ones below.
std::vector<DftStage> split_layers(unsigned log_slots, std::size_t stages);

/// Which diagonals a stage has on vectors of `period` slots (s, or 2s for two messages side by
/// side): `count` offsets 0, stride, ... once they are shifted up by `shift`.
struct StageOffsets {
  std::size_t count;
  std::size_t shift;
};
StageOffsets stage_offsets(DftStage stage, std::size_t period);

/// The stage's matrix, from coefficients towards slots, on each block of its size.
circuits::DiagonalMatrix forward_stage(DftStage stage, std::size_t period);
/// 2^layers times its inverse.
circuits::DiagonalMatrix inverse_stage(DftStage stage, std::size_t period);

/// Bit-reversal of `bits` bits: position of coefficient w_k before the first stage.
std::size_t reversed_index(std::size_t k, unsigned bits) noexcept;

}  // namespace blindfit::bootstrap
