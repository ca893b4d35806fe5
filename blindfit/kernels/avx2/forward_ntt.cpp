// SPDX-License-Identifier: Apache-2.0
// Forward negacyclic NTT in doubles: passes of two or three layers over ever smaller blocks, depth
// first, then tiles in registers. Values are signed; the first layer of a pass brings its
// unmultiplied half near zero again.
#include "blindfit/kernels/avx2/avx2_kernels.h"
#include "blindfit/kernels/avx2/ntt_layout.h"

namespace blindfit::kernels::avx2 {
namespace {

// x, y -> x + w y and x - w y; |x|, |y| < 2^52.
template <bool kReduce>
[[gnu::always_inline]] inline void butterfly(Reals& x, Reals& y, const Factor& w,
                                             const Modulus& m) {
  const Reals start = kReduce ? reduce(x, m) : x;
  const Reals product = multiply(y, w, m);
  x = _mm256_add_pd(start, product);
  y = _mm256_sub_pd(start, product);
}

// kLayers layers on 2^kLayers vectors; `factor(node)` gives the factors, node 1 being this block's.
template <unsigned kLayers, bool kReduce, typename FactorOf>
[[gnu::always_inline]] inline void butterflies(Reals* v, const FactorOf& factor, std::size_t node,
                                               const Modulus& m) {
  if constexpr (kLayers > 0) {
    constexpr std::size_t kHalf = std::size_t{1} << (kLayers - 1);
    const Factor w = factor(node);
    for (std::size_t i = 0; i < kHalf; ++i) {
      butterfly<kReduce>(v[i], v[i + kHalf], w, m);
    }
    butterflies<kLayers - 1, false>(v, factor, 2 * node, m);
    butterflies<kLayers - 1, false>(v + kHalf, factor, 2 * node + 1, m);
  }
}

// The first kLayers layers of the block whose node is `node`, on `columns` of its columns; `stride`
// is the distance of its rows. kFirst: the words are still integers.
template <unsigned kLayers, bool kFirst>
void forward_pass(Word* x, std::size_t stride, std::size_t columns, const Word* upper,
                  std::size_t node, const Modulus& m) {
  constexpr std::size_t kRadix = std::size_t{1} << kLayers;
  const auto factor = [upper, node](std::size_t inner) { return load_inner(upper, node, inner); };
  for (std::size_t column = 0; column < columns; column += kLanes) {
    Reals v[kRadix];
    for (std::size_t i = 0; i < kRadix; ++i) {
      const Word* from = x + i * stride + column;
      v[i] = kFirst ? to_reals(load(from)) : load_reals(from);
    }
    butterflies<kLayers, true>(v, factor, 1, m);
    for (std::size_t i = 0; i < kRadix; ++i) {
      store_reals(x + i * stride + column, v[i]);
    }
  }
}

[[gnu::always_inline]] inline void forward_pair(Word* to, Reals a, Reals b, const Word* tile,
                                                std::size_t pair, const Modulus& m) {
  exchange_halves(a, b);
  butterfly<true>(a, b, load_distance2(tile, pair, m), m);
  exchange_neighbours(a, b);
  butterfly<false>(a, b, load_distance1(tile, pair, m), m);
  a = reduce(a, m);
  b = reduce(b, m);
  exchange_neighbours(a, b);
  exchange_halves(a, b);
  store(to, canonical(a, m));
  store(to + kLanes, canonical(b, m));
}

// The last five layers of `count` tiles.
void forward_tiles(Word* x, const Word* tile, std::size_t count, const Modulus& m) {
  for (; count != 0; --count, x += kTile, tile += kTileRecord) {
    const auto factor = [tile](std::size_t node) { return load_tile_node(tile, node); };
    Reals v[8];
    for (std::size_t i = 0; i < 8; ++i) {
      v[i] = load_reals(x + kLanes * i);
    }
    butterflies<3, true>(v, factor, 1, m);
    for (std::size_t pair = 0; pair < 4; ++pair) {
      forward_pair(x + 2 * kLanes * pair, v[2 * pair], v[2 * pair + 1], tile, pair, m);
    }
  }
}

// The first `layers` layers of the block whose node is `node`.
template <bool kFirst>
void forward_columns(Word* x, std::size_t stride, std::size_t columns, unsigned layers,
                     std::size_t node, const Twiddles& twiddles, const Modulus& m) {
  if (layers == 3) {
    forward_pass<3, kFirst>(x, stride, columns, twiddles.upper, node, m);
  } else {
    forward_pass<2, kFirst>(x, stride, columns, twiddles.upper, node, m);
  }
}

// All layers of the block of 2^log_size coefficients at node 2^(log_n - log_size) + block, which is
// not the whole limb.
void forward_block(Word* x, unsigned log_size, std::size_t node, std::size_t block,
                   const Twiddles& twiddles, const Modulus& m) {
  const unsigned layers = pass_layers(log_size);
  const unsigned log_stride = log_size - layers;
  const std::size_t stride = std::size_t{1} << log_stride;
  const std::size_t radix = std::size_t{1} << layers;
  forward_columns<false>(x, stride, stride, layers, node, twiddles, m);
  if (log_stride == kTileLog) {
    forward_tiles(x, twiddles.tiles + block * radix * kTileRecord, radix, m);
    return;
  }
  for (std::size_t i = 0; i < radix; ++i) {
    forward_block(x + i * stride, log_stride, node * radix + i, block * radix + i, twiddles, m);
  }
}

}  // namespace

std::size_t ntt_rows(unsigned log_n) noexcept {
  return std::size_t{1} << pass_layers(log_n);
}

void forward_ntt_columns(Word* x, std::size_t stride, std::size_t columns, const Word* table,
                         const ModulusConstants& q, unsigned log_n) noexcept {
  forward_columns<true>(x, stride, columns, pass_layers(log_n), 1, half_table(table, log_n),
                        make_modulus(q));
}

void forward_ntt_row(Word* x, std::size_t row, const Word* table, const ModulusConstants& q,
                     unsigned log_n, const RowsAhead& /*ahead*/) noexcept {
  forward_block(x, log_n - pass_layers(log_n), ntt_rows(log_n) + row, row, half_table(table, log_n),
                make_modulus(q));
}

void forward_ntt(Word* x, const Word* table, const ModulusConstants& q, unsigned log_n) noexcept {
  const std::size_t rows = ntt_rows(log_n);
  const std::size_t columns = (std::size_t{1} << log_n) / rows;
  forward_ntt_columns(x, columns, columns, table, q, log_n);
  for (std::size_t row = 0; row < rows; ++row) {
    forward_ntt_row(x + row * columns, row, table, q, log_n, {});
  }
}

}  // namespace blindfit::kernels::avx2
