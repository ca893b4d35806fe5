// SPDX-License-Identifier: Apache-2.0
// Where the transforms find their factors, and in which order they take the layers. Internal
// linkage throughout.
#pragma once

#include "blindfit/kernels/avx2/vector_arithmetic.h"

namespace blindfit::kernels::avx2 {
namespace {

// Factor `node` = m + i belongs to block i in the layer of m blocks, as in the scalar family;
// factors are centred, in
// (-q/2, q/2), and words hold the bits of doubles. The last five layers work inside tiles of 32
// coefficients. A half of the table (forward, then inverse) is
//   upper: for node < N / 32 the pair (ratio, value); node 0 of the inverse half is N^-1;
//   tiles: N / 32 records of 40 words, read once each, in order:
//     [0, 8)   ratios of the tile's nodes 1, 2..3, 4..7 (word 0 is unused)
//     [8, 16)  their values
//     [16, 24) [24, 40)  values for distances 2 and 1; a ratio is the value times 1 / q.
constexpr unsigned kTileLog = 5;
constexpr std::size_t kTile = std::size_t{1} << kTileLog;
constexpr std::size_t kTileRecord = 40;

inline std::size_t half_table_words(unsigned log_n) {
  const std::size_t tiles = std::size_t{1} << (log_n - kTileLog);
  return tiles * (2 + kTileRecord);
}

/// One direction's half of the table.
struct Twiddles {
  const Word* upper;
  const Word* tiles;
};

inline Twiddles half_table(const Word* half, unsigned log_n) {
  return {half, half + (std::size_t{2} << (log_n - kTileLog))};
}

/// How many layers a pass over a block of 2^log_size coefficients takes: three, or two while that
/// does not divide.
constexpr unsigned pass_layers(unsigned log_size) {
  return (log_size - kTileLog) % 3 == 0 ? 3 : 2;
}

inline Reals broadcast_from(const Word* word) {
  return _mm256_castsi256_pd(_mm256_set1_epi64x(static_cast<long long>(*word)));
}

inline Factor load_upper(const Word* upper, std::size_t node) {
  return {broadcast_from(upper + 2 * node), broadcast_from(upper + 2 * node + 1)};
}

/// The factor of the block's inner node 2^l + i, i < 2^l, where the block itself is `node`.
inline Factor load_inner(const Word* upper, std::size_t node, std::size_t inner) {
  const std::size_t width = std::size_t{1} << (63 - __builtin_clzll(inner));
  return load_upper(upper, node * width + inner - width);
}

inline Factor load_tile_node(const Word* tile, std::size_t node) {
  return {broadcast_from(tile + node), broadcast_from(tile + 8 + node)};
}

inline Factor factor_from_value(Reals value, const Modulus& m) {
  return {_mm256_mul_pd(value, m.inverse), value};
}

/// The factors of vector pair `pair` of a tile, one lane per butterfly, for distance 2 (a a b b)
/// or 1.
inline Factor load_distance2(const Word* tile, std::size_t pair, const Modulus& m) {
  const Integers two = _mm256_castsi128_si256(
      _mm_load_si128(reinterpret_cast<const __m128i*>(tile + 16 + 2 * pair)));
  return factor_from_value(_mm256_castsi256_pd(_mm256_permute4x64_epi64(two, 0x50)), m);
}

inline Factor load_distance1(const Word* tile, std::size_t pair, const Modulus& m) {
  return factor_from_value(load_reals(tile + 24 + 4 * pair), m);
}

/// Exchanges the upper half of a with the lower half of b; its own inverse.
inline void exchange_halves(Reals& a, Reals& b) {
  const Reals first = _mm256_permute2f128_pd(a, b, 0x20);
  b = _mm256_permute2f128_pd(a, b, 0x31);
  a = first;
}

/// Within each half, exchanges the odd word of a with the even word of b; its own inverse.
inline void exchange_neighbours(Reals& a, Reals& b) {
  const Reals first = _mm256_unpacklo_pd(a, b);
  b = _mm256_unpackhi_pd(a, b);
  a = first;
}

}  // namespace
}  // namespace blindfit::kernels::avx2
