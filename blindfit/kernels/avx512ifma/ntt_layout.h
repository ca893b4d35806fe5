// SPDX-License-Identifier: Apache-2.0
// Where the transforms find their factors, and in which order they take the layers. Internal
// linkage throughout.
#pragma once

#include "blindfit/kernels/avx512ifma/vector_arithmetic.h"

namespace blindfit::kernels::avx512ifma {
namespace {

// Factor `node` = m + i belongs to block i in the layer of m blocks, as in the scalar family. The
// last six layers work inside tiles of 64 coefficients. A half of the table (forward, then inverse)
// is
//   upper: for node < N / 64 the pair (quotient, value); node 0 of the inverse half is N^-1;
//   tiles: N / 64 records of 72 words, read once each, in order:
//     [0, 8)   quotients of the tile's nodes 1, 2..3, 4..7 (word 0 is unused)
//     [8, 16)  their values
//     [16, 24) [24, 40) [40, 72)  quotients for distances 4, 2, 1; a value follows from its
//     quotient.
constexpr unsigned kTileLog = 6;
constexpr std::size_t kTile = std::size_t{1} << kTileLog;
constexpr std::size_t kTileRecord = 72;

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

/// Below 2^48 a sum of sixteen residues fits 52 bits, so that reductions are needed only once in a
/// while.
inline bool allows_sixteen(const ModulusConstants& q) {
  return q.value < Word{1} << 48;
}

/// How many layers a pass over a block of 2^log_size coefficients takes: few passes, the later ones
/// inside the L1 cache.
constexpr unsigned pass_layers(unsigned log_size) {
  switch (log_size) {
    case 7:
      return 1;
    case 8:
      return 2;
    case 9:
    case 11:
    case 12:
    case 15:
      return 3;
    default:
      return 4;
  }
}

inline Factor load_upper(const Word* upper, std::size_t node) {
  return {broadcast(upper[2 * node]), broadcast(upper[2 * node + 1])};
}

/// w from floor(w * 2^52 / q): the quotient times q falls short of w * 2^52 by less than q.
inline Factor factor_from_quotient(Vector quotient, const Modulus& m) {
  return {quotient, add_high(broadcast(1), quotient, m.q)};
}

/// The perfect shuffle of two vectors (its fourth power is the identity): a0 b0 a1 b1 ..., and
/// back.
struct Shuffle {
  Vector first;
  Vector second;
};

inline Shuffle interleaving() {
  return {_mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0), _mm512_set_epi64(15, 7, 14, 6, 13, 5, 12, 4)};
}

inline Shuffle deinterleaving() {
  return {_mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0), _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1)};
}

inline void apply(const Shuffle& shuffle, Vector& a, Vector& b) {
  const Vector first = _mm512_permutex2var_epi64(a, shuffle.first, b);
  b = _mm512_permutex2var_epi64(a, shuffle.second, b);
  a = first;
}

/// The factors of vector pair `pair` of a tile, one lane per butterfly, for distance 4, 2 or 1.
inline Factor load_distance4(const Word* tile, std::size_t pair, const Modulus& m) {
  const Word* from = tile + 16 + 2 * pair;
  return factor_from_quotient(
      _mm512_broadcast_i64x2(_mm_load_si128(reinterpret_cast<const __m128i*>(from))), m);
}

inline Factor load_distance2(const Word* tile, std::size_t pair, const Modulus& m) {
  const Word* from = tile + 24 + 4 * pair;
  return factor_from_quotient(
      _mm512_broadcast_i64x4(_mm256_load_si256(reinterpret_cast<const __m256i*>(from))), m);
}

inline Factor load_distance1(const Word* tile, std::size_t pair, const Modulus& m) {
  return factor_from_quotient(load(tile + 40 + 8 * pair), m);
}

/// The factor of the block's inner node 2^l + i, i < 2^l, where the block itself is `node`.
inline Factor load_inner(const Word* upper, std::size_t node, std::size_t inner) {
  const std::size_t width = std::size_t{1} << (63 - __builtin_clzll(inner));
  return load_upper(upper, node * width + inner - width);
}

inline Factor load_tile_node(const Word* tile, std::size_t node) {
  return {broadcast(tile[node]), broadcast(tile[8 + node])};
}

}  // namespace
}  // namespace blindfit::kernels::avx512ifma
