// SPDX-License-Identifier: Apache-2.0
// Forward negacyclic NTT: passes of two to four layers over ever smaller blocks, depth first, then
// tiles in registers.
#include "blindfit/kernels/avx512ifma/avx512ifma_kernels.h"
#include "blindfit/kernels/avx512ifma/ntt_layout.h"

namespace blindfit::kernels::avx512ifma {
namespace {

// Wrapped x, y -> x + w y and x - w y + 2q. If kReduce, x is first brought from [0, 2^52) to [0,
// 2q); results are then below 4q. Otherwise they are below the bound of x plus 2q.
template <bool kReduce>
[[gnu::always_inline]] inline void butterfly(Vector& x, Vector& y, const Factor& w,
                                             const Modulus& m) {
  const Vector unreduced = add_low(x, y, w.value);
  Vector twice = add_low(m.twice_q, x, broadcast(2));  // 2q + 2x, to become the sum of both results
  Vector quotient = _mm512_setzero_si512();
  if constexpr (kReduce) {
    quotient = multiply_high(x, m.ratio);
    twice = add_low(twice, quotient, m.minus_twice_q);
  }
  // One multiplication by -q takes both quotients back, that of x and that of w y.
  x = add_low(unreduced, add_high(quotient, y, w.quotient), m.minus_q);
  y = subtract(twice, x);
}

// kLayers layers on 2^kLayers vectors; `factor(node)` gives the factors, node 1 being this block's.
// kSixteen: q < 2^48, so reducing in the first layer is enough.
template <unsigned kLayers, bool kSixteen, bool kReduce, typename FactorOf>
[[gnu::always_inline]] inline void butterflies(Vector* v, const FactorOf& factor, std::size_t node,
                                               const Modulus& m) {
  if constexpr (kLayers > 0) {
    constexpr std::size_t kHalf = std::size_t{1} << (kLayers - 1);
    const Factor w = factor(node);
    for (std::size_t i = 0; i < kHalf; ++i) {
      butterfly<kReduce>(v[i], v[i + kHalf], w, m);
    }
    butterflies<kLayers - 1, kSixteen, !kSixteen>(v, factor, 2 * node, m);
    butterflies<kLayers - 1, kSixteen, !kSixteen>(v + kHalf, factor, 2 * node + 1, m);
  }
}

// The first kLayers layers of the block whose node is `node`, on `columns` of its columns; `stride`
// is the distance of its rows.
template <unsigned kLayers, bool kSixteen>
void forward_pass(Word* x, std::size_t stride, std::size_t columns, const Word* upper,
                  std::size_t node, const Modulus& m) {
  constexpr std::size_t kRadix = std::size_t{1} << kLayers;
  const auto factor = [upper, node](std::size_t inner) { return load_inner(upper, node, inner); };
  for (std::size_t column = 0; column < columns; column += kLanes) {
    Vector v[kRadix];
    for (std::size_t i = 0; i < kRadix; ++i) {
      v[i] = load(x + i * stride + column);
    }
    butterflies<kLayers, kSixteen, true>(v, factor, 1, m);
    for (std::size_t i = 0; i < kRadix; ++i) {
      store(x + i * stride + column, v[i]);
    }
  }
}

template <bool kSixteen>
[[gnu::always_inline]] inline void forward_pair(Vector& a, Vector& b, const Word* tile,
                                                std::size_t pair, const Shuffle& shuffle,
                                                const Modulus& m) {
  apply(shuffle, a, b);
  butterfly<true>(a, b, load_distance4(tile, pair, m), m);
  apply(shuffle, a, b);
  butterfly<!kSixteen>(a, b, load_distance2(tile, pair, m), m);
  apply(shuffle, a, b);
  butterfly<!kSixteen>(a, b, load_distance1(tile, pair, m), m);
  apply(shuffle, a, b);
  a = canonical(reduce_lazy(a, m), m);
  b = canonical(reduce_lazy(b, m), m);
}

// Starts the loads of as many words as a tile has.
inline void fetch_tile(const Word* x) {
  for (std::size_t i = 0; i < kTile; i += kLanes) {
    _mm_prefetch(reinterpret_cast<const char*>(x + i), _MM_HINT_T1);
  }
}

// The last six layers of `count` tiles, the first of which is at word `begin` of its row.
template <bool kSixteen>
void forward_tiles(Word* x, const Word* tile, std::size_t count, const Modulus& m,
                   const RowsAhead& ahead, std::size_t begin) {
  const Shuffle shuffle = interleaving();
  for (; count != 0; --count, x += kTile, tile += kTileRecord, begin += kTile) {
    for (std::size_t i = 0; i < ahead.count; ++i) {
      fetch_tile(ahead.rows[i] + begin);
    }
    const auto factor = [tile](std::size_t node) { return load_tile_node(tile, node); };
    Vector v[8];
    for (std::size_t i = 0; i < 8; ++i) {
      v[i] = load(x + 8 * i);
    }
    butterflies<3, kSixteen, true>(v, factor, 1, m);
    for (std::size_t pair = 0; pair < 4; ++pair) {
      forward_pair<kSixteen>(v[2 * pair], v[2 * pair + 1], tile, pair, shuffle, m);
    }
    for (std::size_t i = 0; i < 8; ++i) {
      store(x + 8 * i, v[i]);
    }
  }
}

// The first `layers` layers of the block whose node is `node`.
template <bool kSixteen>
void forward_columns(Word* x, std::size_t stride, std::size_t columns, unsigned layers,
                     std::size_t node, const Twiddles& twiddles, const Modulus& m) {
  switch (layers) {
    case 1:
      return forward_pass<1, kSixteen>(x, stride, columns, twiddles.upper, node, m);
    case 2:
      return forward_pass<2, kSixteen>(x, stride, columns, twiddles.upper, node, m);
    case 3:
      return forward_pass<3, kSixteen>(x, stride, columns, twiddles.upper, node, m);
    default:
      return forward_pass<4, kSixteen>(x, stride, columns, twiddles.upper, node, m);
  }
}

// All layers of the block of 2^log_size coefficients at node 2^(log_n - log_size) + block, which is
// not the whole limb.
template <bool kSixteen>
void forward_block(Word* x, unsigned log_size, std::size_t node, std::size_t block,
                   const Twiddles& twiddles, const Modulus& m, const RowsAhead& ahead,
                   std::size_t begin) {
  if (log_size == kTileLog) {
    return forward_tiles<kSixteen>(x, twiddles.tiles + block * kTileRecord, 1, m, ahead, begin);
  }
  const unsigned layers = pass_layers(log_size);
  const unsigned log_stride = log_size - layers;
  const std::size_t stride = std::size_t{1} << log_stride;
  const std::size_t radix = std::size_t{1} << layers;
  forward_columns<kSixteen>(x, stride, stride, layers, node, twiddles, m);
  if (log_stride == kTileLog) {
    return forward_tiles<kSixteen>(x, twiddles.tiles + block * radix * kTileRecord, radix, m, ahead,
                                   begin);
  }
  for (std::size_t i = 0; i < radix; ++i) {
    forward_block<kSixteen>(x + i * stride, log_stride, node * radix + i, block * radix + i,
                            twiddles, m, ahead, begin + i * stride);
  }
}

}  // namespace

std::size_t ntt_rows(unsigned log_n) noexcept {
  return std::size_t{1} << pass_layers(log_n);
}

void forward_ntt_columns(Word* x, std::size_t stride, std::size_t columns, const Word* table,
                         const ModulusConstants& q, unsigned log_n) noexcept {
  const Modulus m = make_modulus(q);
  const Twiddles twiddles = half_table(table, log_n);
  if (allows_sixteen(q)) {
    forward_columns<true>(x, stride, columns, pass_layers(log_n), 1, twiddles, m);
  } else {
    forward_columns<false>(x, stride, columns, pass_layers(log_n), 1, twiddles, m);
  }
}

void forward_ntt_row(Word* x, std::size_t row, const Word* table, const ModulusConstants& q,
                     unsigned log_n, const RowsAhead& ahead) noexcept {
  const Modulus m = make_modulus(q);
  const Twiddles twiddles = half_table(table, log_n);
  const unsigned log_size = log_n - pass_layers(log_n);
  const std::size_t node = ntt_rows(log_n) + row;
  if (allows_sixteen(q)) {
    forward_block<true>(x, log_size, node, row, twiddles, m, ahead, 0);
  } else {
    forward_block<false>(x, log_size, node, row, twiddles, m, ahead, 0);
  }
}

void forward_ntt(Word* x, const Word* table, const ModulusConstants& q, unsigned log_n) noexcept {
  const std::size_t rows = ntt_rows(log_n);
  const std::size_t columns = (std::size_t{1} << log_n) / rows;
  forward_ntt_columns(x, columns, columns, table, q, log_n);
  for (std::size_t row = 0; row < rows; ++row) {
    forward_ntt_row(x + row * columns, row, table, q, log_n, {});
  }
}

}  // namespace blindfit::kernels::avx512ifma
