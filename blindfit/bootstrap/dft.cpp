// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/dft.h"

#include <cmath>
#include <cstdint>
#include <numbers>

namespace blindfit::bootstrap {
namespace {

using circuits::Diagonal;
using circuits::DiagonalMatrix;
using Complex = std::complex<double>;

/// t_j, j < h, of the layer whose blocks are 2h long.
std::vector<Complex> twiddles(std::size_t h) {
  std::vector<Complex> t(h);
  const std::uint64_t order = 8 * h;
  std::uint64_t power = 1;
  for (std::size_t j = 0; j < h; ++j) {
    const double angle =
        2 * std::numbers::pi * static_cast<double>(power) / static_cast<double>(order);
    t[j] = {std::cos(angle), std::sin(angle)};
    power = power * 5 % order;
  }
  return t;
}

/// Layer l: rows a + t b and a - t b; or (inverse, doubled) rows a + b and conj(t) (a - b).
DiagonalMatrix layer(unsigned l, std::size_t period, bool inverse) {
  const std::size_t h = std::size_t{1} << (l - 1);
  const std::vector<Complex> t = twiddles(h);
  Diagonal same(period);
  Diagonal up(period);    // partner above: j + h
  Diagonal down(period);  // partner below: j - h
  for (std::size_t j = 0; j < period; ++j) {
    const Complex twiddle = t[j % h];
    const bool upper_half = (j / h) % 2 == 1;
    if (upper_half) {
      same[j] = inverse ? -std::conj(twiddle) : -twiddle;
      down[j] = inverse ? std::conj(twiddle) : Complex(1, 0);
    } else {
      same[j] = 1;
      up[j] = inverse ? Complex(1, 0) : twiddle;
    }
  }
  DiagonalMatrix m{period, {{0, same}}};
  if (2 * h == period) {  // j + h and j - h are the same slot
    for (std::size_t j = 0; j < period; ++j) {
      up[j] += down[j];
    }
    m.diagonals[h] = up;
  } else {
    m.diagonals[h] = up;
    m.diagonals[period - h] = down;
  }
  return m;
}

DiagonalMatrix identity(std::size_t period) {
  return {period, {{0, Diagonal(period, Complex(1, 0))}}};
}

}  // namespace

std::vector<DftStage> split_layers(unsigned log_slots, std::size_t stages) {
  std::vector<DftStage> result;
  unsigned first = 0;
  for (std::size_t left = stages; left > 0; --left) {
    const auto layers = static_cast<unsigned>((log_slots - first + left - 1) / left);
    result.push_back({first, layers});
    first += layers;
  }
  return result;
}

StageOffsets stage_offsets(DftStage stage, std::size_t period) {
  const std::size_t radix = std::size_t{1} << stage.layers;
  if (stage.layers == 0) {
    return {1, 0};
  }
  if (radix * stage.stride() == period) {
    return {radix, 0};  // offsets wrap around
  }
  return {2 * radix - 1, (radix - 1) * stage.stride()};
}

DiagonalMatrix forward_stage(DftStage stage, std::size_t period) {
  DiagonalMatrix m = identity(period);
  for (unsigned l = stage.first + 1; l <= stage.first + stage.layers; ++l) {
    m = circuits::multiply(layer(l, period, false), m);
  }
  return m;
}

DiagonalMatrix inverse_stage(DftStage stage, std::size_t period) {
  DiagonalMatrix m = identity(period);
  for (unsigned l = stage.first + stage.layers; l > stage.first; --l) {
    m = circuits::multiply(layer(l, period, true), m);
  }
  return m;
}

std::size_t reversed_index(std::size_t k, unsigned bits) noexcept {
  std::size_t r = 0;
  for (unsigned i = 0; i < bits; ++i) {
    r = (r << 1U) | ((k >> i) & 1U);
  }
  return r;
}

}  // namespace blindfit::bootstrap
