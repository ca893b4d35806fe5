// SPDX-License-Identifier: Apache-2.0
#include "blindfit/kernels/avx512ifma/avx512ifma_kernels.h"
#include "blindfit/kernels/avx512ifma/ntt_layout.h"
#include "blindfit/kernels/scalar/twiddle_powers.h"

namespace blindfit::kernels::avx512ifma {
namespace {

Word shoup_quotient(Word w, const ModulusConstants& q) {
  return scalar::make_shoup_factor(w, q).quotient >> 12;
}

// Where node m + i of a tile's layer of m = 8, 16 or 32 blocks lies in the record.
constexpr std::size_t inner_offset(std::size_t node) {
  return node < 16 ? 16 + node - 8 : node < 32 ? 24 + node - 16 : 40 + node - 32;
}

void store_node(Word* half, std::size_t node, Word w, unsigned log_n, const ModulusConstants& q) {
  const unsigned layer = 63 - static_cast<unsigned>(__builtin_clzll(node));
  const unsigned upper_layers = log_n - kTileLog;
  if (layer < upper_layers) {
    half[2 * node] = shoup_quotient(w, q);
    half[2 * node + 1] = w;
    return;
  }
  const unsigned depth = layer - upper_layers;
  const std::size_t index = node - (std::size_t{1} << layer);
  const std::size_t inner = (std::size_t{1} << depth) + (index & ((std::size_t{1} << depth) - 1));
  Word* record = half + (std::size_t{2} << upper_layers) + (index >> depth) * kTileRecord;
  if (inner < 8) {
    record[inner] = shoup_quotient(w, q);
    record[8 + inner] = w;
  } else {
    record[inner_offset(inner)] = shoup_quotient(w, q);
  }
}

void store_powers(Word* half, const ModulusConstants& q, Word root, unsigned log_n) {
  scalar::for_each_twiddle(root, log_n, q, [&](std::size_t node, Word power) {
    if (node != 0) {
      store_node(half, node, power, log_n, q);
    }
  });
}

void clear_unused(Word* half, unsigned log_n) {
  half[0] = half[1] = 0;
  Word* record = half + (std::size_t{2} << (log_n - kTileLog));
  for (std::size_t tile = 0; tile < std::size_t{1} << (log_n - kTileLog); ++tile) {
    record[tile * kTileRecord] = record[tile * kTileRecord + 8] = 0;
  }
}

}  // namespace

std::size_t ntt_table_words(unsigned log_n) noexcept {
  return 2 * half_table_words(log_n);
}

void ntt_build_table(Word* table, const ModulusConstants& q, Word psi, unsigned log_n) noexcept {
  const Word inverse_n = scalar::inverse_of_size(log_n, q);
  Word* inverse_half = table + half_table_words(log_n);
  clear_unused(table, log_n);
  clear_unused(inverse_half, log_n);
  store_powers(table, q, psi, log_n);
  store_powers(inverse_half, q, scalar::inverse_root(psi, log_n, q), log_n);
  const Word last = scalar::multiply_mod(inverse_half[3], inverse_n, q);
  store_node(inverse_half, 1, last, log_n, q);
  inverse_half[0] = shoup_quotient(inverse_n, q);
  inverse_half[1] = inverse_n;
}

}  // namespace blindfit::kernels::avx512ifma
