// SPDX-License-Identifier: Apache-2.0
// Inverse negacyclic NTT in doubles: tiles in registers, then passes of two or three layers over
// ever larger blocks, depth first. Values are signed; sums double from layer to layer and are
// brought near zero before they reach 2^52.
#include "blindfit/kernels/avx2/avx2_kernels.h"
#include "blindfit/kernels/avx2/ntt_layout.h"

namespace blindfit::kernels::avx2 {
namespace {

// x, y -> x + y and w (x - y); |x - y|, |x + y| < 2^52. kReduce: the sum, too, comes within q/2 of
// zero.
template <bool kReduce>
[[gnu::always_inline]] inline void butterfly(Reals& x, Reals& y, const Factor& w,
                                             const Modulus& m) {
  const Reals sum = _mm256_add_pd(x, y);
  const Reals difference = _mm256_sub_pd(x, y);
  x = kReduce ? reduce(sum, m) : sum;
  y = multiply(difference, w, m);
}

// The first kDepth layers of a pass on 2^kDepth vectors within 0.7 q of zero; `factor(node)` as in
// the forward transform. In the second layer the sum of sums is reduced, in the last (kReduce) all
// sums.
template <unsigned kDepth, bool kReduce, typename FactorOf>
[[gnu::always_inline]] inline void butterflies(Reals* v, const FactorOf& factor, std::size_t node,
                                               const Modulus& m) {
  if constexpr (kDepth > 0) {
    constexpr std::size_t kHalf = std::size_t{1} << (kDepth - 1);
    butterflies<kDepth - 1, false>(v, factor, 2 * node, m);
    butterflies<kDepth - 1, false>(v + kHalf, factor, 2 * node + 1, m);
    const Factor w = factor(node);
    butterfly<kReduce || kDepth == 2>(v[0], v[kHalf], w, m);
    for (std::size_t i = 1; i < kHalf; ++i) {
      butterfly<kReduce>(v[i], v[i + kHalf], w, m);
    }
  }
}

// The very last layer divides by N: both outputs are multiplied, and become canonical words.
template <unsigned kLayers, typename FactorOf>
[[gnu::always_inline]] inline void last_butterflies(Reals* v, const FactorOf& factor,
                                                    const Factor& inverse_n, const Modulus& m) {
  constexpr std::size_t kHalf = std::size_t{1} << (kLayers - 1);
  butterflies<kLayers - 1, false>(v, factor, 2, m);
  butterflies<kLayers - 1, false>(v + kHalf, factor, 3, m);
  const Factor w = factor(1);
  for (std::size_t i = 0; i < kHalf; ++i) {
    const Reals sum = _mm256_add_pd(v[i], v[i + kHalf]);
    const Reals difference = _mm256_sub_pd(v[i], v[i + kHalf]);
    v[i] = _mm256_castsi256_pd(canonical(multiply(sum, inverse_n, m), m));
    v[i + kHalf] = _mm256_castsi256_pd(canonical(multiply(difference, w, m), m));
  }
}

// The last kLayers layers of the block whose node is `node`, on `columns` of its columns; kLast:
// this block is the whole limb.
template <unsigned kLayers, bool kLast>
void inverse_pass(Word* x, std::size_t stride, std::size_t columns, const Word* upper,
                  std::size_t node, const Modulus& m) {
  constexpr std::size_t kRadix = std::size_t{1} << kLayers;
  const auto factor = [upper, node](std::size_t inner) { return load_inner(upper, node, inner); };
  for (std::size_t column = 0; column < columns; column += kLanes) {
    Reals v[kRadix];
    for (std::size_t i = 0; i < kRadix; ++i) {
      v[i] = load_reals(x + i * stride + column);
    }
    if constexpr (kLast) {
      last_butterflies<kLayers>(v, factor, load_upper(upper, 0), m);
    } else {
      butterflies<kLayers, true>(v, factor, 1, m);
    }
    for (std::size_t i = 0; i < kRadix; ++i) {
      store_reals(x + i * stride + column, v[i]);
    }
  }
}

[[gnu::always_inline]] inline void inverse_pair(Reals& a, Reals& b, const Word* from,
                                                const Word* tile, std::size_t pair,
                                                const Modulus& m) {
  a = to_reals(load(from));
  b = to_reals(load(from + kLanes));
  exchange_halves(a, b);
  exchange_neighbours(a, b);
  butterfly<false>(a, b, load_distance1(tile, pair, m), m);
  exchange_neighbours(a, b);
  butterfly<true>(a, b, load_distance2(tile, pair, m), m);
  exchange_halves(a, b);
}

// The first five layers of `count` tiles.
void inverse_tiles(Word* x, const Word* tile, std::size_t count, const Modulus& m) {
  for (; count != 0; --count, x += kTile, tile += kTileRecord) {
    const auto factor = [tile](std::size_t node) { return load_tile_node(tile, node); };
    Reals v[8];
    for (std::size_t pair = 0; pair < 4; ++pair) {
      inverse_pair(v[2 * pair], v[2 * pair + 1], x + 2 * kLanes * pair, tile, pair, m);
    }
    butterflies<3, true>(v, factor, 1, m);
    for (std::size_t i = 0; i < 8; ++i) {
      store_reals(x + kLanes * i, v[i]);
    }
  }
}

// The last `layers` layers of the block whose node is `node`.
template <bool kLast>
void inverse_columns(Word* x, std::size_t stride, std::size_t columns, unsigned layers,
                     std::size_t node, const Twiddles& twiddles, const Modulus& m) {
  if (layers == 3) {
    inverse_pass<3, kLast>(x, stride, columns, twiddles.upper, node, m);
  } else {
    inverse_pass<2, kLast>(x, stride, columns, twiddles.upper, node, m);
  }
}

// All layers of the block of 2^log_size coefficients at node 2^(log_n - log_size) + block, which is
// not the whole limb.
void inverse_block(Word* x, unsigned log_size, std::size_t node, std::size_t block,
                   const Twiddles& twiddles, const Modulus& m) {
  const unsigned layers = pass_layers(log_size);
  const unsigned log_stride = log_size - layers;
  const std::size_t stride = std::size_t{1} << log_stride;
  const std::size_t radix = std::size_t{1} << layers;
  if (log_stride == kTileLog) {
    inverse_tiles(x, twiddles.tiles + block * radix * kTileRecord, radix, m);
  } else {
    for (std::size_t i = 0; i < radix; ++i) {
      inverse_block(x + i * stride, log_stride, node * radix + i, block * radix + i, twiddles, m);
    }
  }
  inverse_columns<false>(x, stride, stride, layers, node, twiddles, m);
}

Twiddles inverse_twiddles(const Word* table, unsigned log_n) {
  return half_table(table + half_table_words(log_n), log_n);
}

}  // namespace

void inverse_ntt_columns(Word* x, std::size_t stride, std::size_t columns, const Word* table,
                         const ModulusConstants& q, unsigned log_n) noexcept {
  inverse_columns<true>(x, stride, columns, pass_layers(log_n), 1, inverse_twiddles(table, log_n),
                        make_modulus(q));
}

void inverse_ntt_row(Word* x, std::size_t row, const Word* table, const ModulusConstants& q,
                     unsigned log_n) noexcept {
  inverse_block(x, log_n - pass_layers(log_n), ntt_rows(log_n) + row, row,
                inverse_twiddles(table, log_n), make_modulus(q));
}

void inverse_ntt(Word* x, const Word* table, const ModulusConstants& q, unsigned log_n) noexcept {
  const std::size_t rows = ntt_rows(log_n);
  const std::size_t columns = (std::size_t{1} << log_n) / rows;
  for (std::size_t row = 0; row < rows; ++row) {
    inverse_ntt_row(x + row * columns, row, table, q, log_n);
  }
  inverse_ntt_columns(x, columns, columns, table, q, log_n);
}

}  // namespace blindfit::kernels::avx2
