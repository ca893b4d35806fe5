// SPDX-License-Identifier: Apache-2.0
// Inverse negacyclic NTT: tiles in registers, then passes of two to four layers over ever larger
// blocks, depth first.
#include "blindfit/kernels/avx512ifma/avx512ifma_kernels.h"
#include "blindfit/kernels/avx512ifma/ntt_layout.h"

namespace blindfit::kernels::avx512ifma {
namespace {

// Wrapped x, y in [0, offset) -> x + y in [0, 2 offset), or [0, 2q) if kReduce, and w (x - y) in
// [0, 2q). `offset` is a multiple of q; 2 offset <= 2^52.
template <bool kReduce>
[[gnu::always_inline]] inline void butterfly(Vector& x, Vector& y, const Factor& w, Vector offset,
                                             const Modulus& m) {
  const Vector difference = subtract(add(x, offset), y);
  const Vector sum = add(x, y);
  x = kReduce ? reduce_lazy(sum, m) : sum;
  y = multiply_lazy(difference, w, m);
}

// Layer `layer` of a pass of kLayers: how often its inputs have doubled since they were below 2q.
template <unsigned kLayers, bool kSixteen>
constexpr unsigned doublings(unsigned layer) {
  return !kSixteen ? 0 : kLayers == 4 ? layer % 2 : layer;
}

// The layers 0 .. kDepth - 1 of a pass of kLayers, on 2^kDepth vectors below 2q; `factor(node)` as
// in the forward transform. All results are below 2q.
template <unsigned kLayers, unsigned kDepth, bool kSixteen, typename FactorOf>
[[gnu::always_inline]] inline void butterflies(Vector* v, const FactorOf& factor, std::size_t node,
                                               const Modulus& m) {
  if constexpr (kDepth > 0) {
    constexpr std::size_t kHalf = std::size_t{1} << (kDepth - 1);
    constexpr unsigned kDoublings = doublings<kLayers, kSixteen>(kDepth - 1);
    constexpr bool kReduce = kDepth == kLayers || doublings<kLayers, kSixteen>(kDepth) == 0;
    butterflies<kLayers, kDepth - 1, kSixteen>(v, factor, 2 * node, m);
    butterflies<kLayers, kDepth - 1, kSixteen>(v + kHalf, factor, 2 * node + 1, m);
    const Factor w = factor(node);
    const Vector offset = _mm512_slli_epi64(m.twice_q, kDoublings);
    for (std::size_t i = 0; i < kHalf; ++i) {
      butterfly<kReduce>(v[i], v[i + kHalf], w, offset, m);
    }
  }
}

// The very last layer divides by N: both outputs are multiplied, and become canonical.
template <unsigned kLayers, bool kSixteen, typename FactorOf>
[[gnu::always_inline]] inline void last_butterflies(Vector* v, const FactorOf& factor,
                                                    const Factor& inverse_n, const Modulus& m) {
  constexpr std::size_t kHalf = std::size_t{1} << (kLayers - 1);
  butterflies<kLayers, kLayers - 1, kSixteen>(v, factor, 2, m);
  butterflies<kLayers, kLayers - 1, kSixteen>(v + kHalf, factor, 3, m);
  const Factor w = factor(1);
  constexpr unsigned kDoublings = doublings<kLayers, kSixteen>(kLayers - 1);
  const Vector offset = _mm512_slli_epi64(m.twice_q, kDoublings);
  for (std::size_t i = 0; i < kHalf; ++i) {
    const Vector difference = subtract(add(v[i], offset), v[i + kHalf]);
    v[i] = canonical(multiply_lazy(add(v[i], v[i + kHalf]), inverse_n, m), m);
    v[i + kHalf] = canonical(multiply_lazy(difference, w, m), m);
  }
}

// The last kLayers layers of the block whose node is `node`, on `columns` of its columns; kLast:
// this block is the whole limb.
template <unsigned kLayers, bool kSixteen, bool kLast>
void inverse_pass(Word* x, std::size_t stride, std::size_t columns, const Word* upper,
                  std::size_t node, const Modulus& m) {
  constexpr std::size_t kRadix = std::size_t{1} << kLayers;
  const auto factor = [upper, node](std::size_t inner) { return load_inner(upper, node, inner); };
  for (std::size_t column = 0; column < columns; column += kLanes) {
    Vector v[kRadix];
    for (std::size_t i = 0; i < kRadix; ++i) {
      v[i] = load(x + i * stride + column);
    }
    if constexpr (kLast) {
      last_butterflies<kLayers, kSixteen>(v, factor, load_upper(upper, 0), m);
    } else {
      butterflies<kLayers, kLayers, kSixteen>(v, factor, 1, m);
    }
    for (std::size_t i = 0; i < kRadix; ++i) {
      store(x + i * stride + column, v[i]);
    }
  }
}

template <bool kSixteen>
[[gnu::always_inline]] inline void inverse_pair(Vector& a, Vector& b, const Word* tile,
                                                std::size_t pair, const Shuffle& shuffle,
                                                const Modulus& m) {
  const Vector offset2 = kSixteen ? add(m.twice_q, m.twice_q) : m.twice_q;
  const Vector offset3 = kSixteen ? add(offset2, offset2) : m.twice_q;
  apply(shuffle, a, b);
  butterfly<!kSixteen>(a, b, load_distance1(tile, pair, m), m.twice_q, m);
  apply(shuffle, a, b);
  butterfly<!kSixteen>(a, b, load_distance2(tile, pair, m), offset2, m);
  apply(shuffle, a, b);
  butterfly<true>(a, b, load_distance4(tile, pair, m), offset3, m);
  apply(shuffle, a, b);
}

// The first six layers of `count` tiles.
template <bool kSixteen>
void inverse_tiles(Word* x, const Word* tile, std::size_t count, const Modulus& m) {
  const Shuffle shuffle = deinterleaving();
  for (; count != 0; --count, x += kTile, tile += kTileRecord) {
    const auto factor = [tile](std::size_t node) { return load_tile_node(tile, node); };
    Vector v[8];
    for (std::size_t i = 0; i < 8; ++i) {
      v[i] = load(x + 8 * i);
    }
    for (std::size_t pair = 0; pair < 4; ++pair) {
      inverse_pair<kSixteen>(v[2 * pair], v[2 * pair + 1], tile, pair, shuffle, m);
    }
    butterflies<3, 3, kSixteen>(v, factor, 1, m);
    for (std::size_t i = 0; i < 8; ++i) {
      store(x + 8 * i, v[i]);
    }
  }
}

// The last `layers` layers of the block whose node is `node`.
template <bool kSixteen, bool kLast>
void inverse_columns(Word* x, std::size_t stride, std::size_t columns, unsigned layers,
                     std::size_t node, const Twiddles& twiddles, const Modulus& m) {
  switch (layers) {
    case 1:
      return inverse_pass<1, kSixteen, kLast>(x, stride, columns, twiddles.upper, node, m);
    case 2:
      return inverse_pass<2, kSixteen, kLast>(x, stride, columns, twiddles.upper, node, m);
    case 3:
      return inverse_pass<3, kSixteen, kLast>(x, stride, columns, twiddles.upper, node, m);
    default:
      return inverse_pass<4, kSixteen, kLast>(x, stride, columns, twiddles.upper, node, m);
  }
}

// All layers of the block of 2^log_size coefficients at node 2^(log_n - log_size) + block, which is
// not the whole limb.
template <bool kSixteen>
void inverse_block(Word* x, unsigned log_size, std::size_t node, std::size_t block,
                   const Twiddles& twiddles, const Modulus& m) {
  if (log_size == kTileLog) {
    return inverse_tiles<kSixteen>(x, twiddles.tiles + block * kTileRecord, 1, m);
  }
  const unsigned layers = pass_layers(log_size);
  const unsigned log_stride = log_size - layers;
  const std::size_t stride = std::size_t{1} << log_stride;
  const std::size_t radix = std::size_t{1} << layers;
  if (log_stride == kTileLog) {
    inverse_tiles<kSixteen>(x, twiddles.tiles + block * radix * kTileRecord, radix, m);
  } else {
    for (std::size_t i = 0; i < radix; ++i) {
      inverse_block<kSixteen>(x + i * stride, log_stride, node * radix + i, block * radix + i,
                              twiddles, m);
    }
  }
  inverse_columns<kSixteen, false>(x, stride, stride, layers, node, twiddles, m);
}

Twiddles inverse_twiddles(const Word* table, unsigned log_n) {
  return half_table(table + half_table_words(log_n), log_n);
}

}  // namespace

void inverse_ntt_columns(Word* x, std::size_t stride, std::size_t columns, const Word* table,
                         const ModulusConstants& q, unsigned log_n) noexcept {
  const Modulus m = make_modulus(q);
  const Twiddles twiddles = inverse_twiddles(table, log_n);
  if (allows_sixteen(q)) {
    inverse_columns<true, true>(x, stride, columns, pass_layers(log_n), 1, twiddles, m);
  } else {
    inverse_columns<false, true>(x, stride, columns, pass_layers(log_n), 1, twiddles, m);
  }
}

void inverse_ntt_row(Word* x, std::size_t row, const Word* table, const ModulusConstants& q,
                     unsigned log_n) noexcept {
  const Modulus m = make_modulus(q);
  const Twiddles twiddles = inverse_twiddles(table, log_n);
  const unsigned log_size = log_n - pass_layers(log_n);
  const std::size_t node = ntt_rows(log_n) + row;
  if (allows_sixteen(q)) {
    inverse_block<true>(x, log_size, node, row, twiddles, m);
  } else {
    inverse_block<false>(x, log_size, node, row, twiddles, m);
  }
}

void inverse_ntt(Word* x, const Word* table, const ModulusConstants& q, unsigned log_n) noexcept {
  const std::size_t rows = ntt_rows(log_n);
  const std::size_t columns = (std::size_t{1} << log_n) / rows;
  for (std::size_t row = 0; row < rows; ++row) {
    inverse_ntt_row(x + row * columns, row, table, q, log_n);
  }
  inverse_ntt_columns(x, columns, columns, table, q, log_n);
}

}  // namespace blindfit::kernels::avx512ifma
