// SPDX-License-Identifier: Apache-2.0
#include "blindfit/kernels/avx2/avx2_kernels.h"
#include "blindfit/kernels/avx2/ntt_layout.h"
#include "blindfit/kernels/scalar/twiddle_powers.h"

namespace blindfit::kernels::avx2 {
namespace {

double centred(Word w, Word q) {
  return w <= q / 2 ? static_cast<double>(w) : -static_cast<double>(q - w);
}

Word value_bits(Word w, const ModulusConstants& q) {
  return __builtin_bit_cast(Word, centred(w, q.value));
}

Word ratio_bits(Word w, const ModulusConstants& q) {
  return __builtin_bit_cast(Word, centred(w, q.value) / static_cast<double>(q.value));
}

void store_node(Word* half, std::size_t node, Word w, unsigned log_n, const ModulusConstants& q) {
  const unsigned layer = node == 0 ? 0 : 63 - static_cast<unsigned>(__builtin_clzll(node));
  const unsigned upper_layers = log_n - kTileLog;
  if (layer < upper_layers) {
    half[2 * node] = ratio_bits(w, q);
    half[2 * node + 1] = value_bits(w, q);
    return;
  }
  const unsigned depth = layer - upper_layers;
  const std::size_t width = std::size_t{1} << depth;
  const std::size_t index = node - (std::size_t{1} << layer);
  const std::size_t inner = width + (index & (width - 1));
  Word* record = half + (std::size_t{2} << upper_layers) + (index >> depth) * kTileRecord;
  if (inner < 8) {
    record[inner] = ratio_bits(w, q);
    record[8 + inner] = value_bits(w, q);
  } else {
    record[8 + inner] = value_bits(w, q);
  }
}

void build_half(Word* half, const ModulusConstants& q, Word root, unsigned log_n) {
  Word* record = half + (std::size_t{2} << (log_n - kTileLog));
  for (std::size_t tile = 0; tile < std::size_t{1} << (log_n - kTileLog); ++tile) {
    record[tile * kTileRecord] = record[tile * kTileRecord + 8] = 0;
  }
  scalar::for_each_twiddle(root, log_n, q, [&](std::size_t node, Word power) {
    store_node(half, node, power, log_n, q);
  });
}

}  // namespace

std::size_t ntt_table_words(unsigned log_n) noexcept {
  return 2 * half_table_words(log_n);
}

void ntt_build_table(Word* table, const ModulusConstants& q, Word psi, unsigned log_n) noexcept {
  const Word inverse_n = scalar::inverse_of_size(log_n, q);
  const Word inverse_psi = scalar::inverse_root(psi, log_n, q);
  const Word last = scalar::power_mod(inverse_psi, Word{1} << (log_n - 1), q);
  Word* inverse_half = table + half_table_words(log_n);
  build_half(table, q, psi, log_n);
  build_half(inverse_half, q, inverse_psi, log_n);
  store_node(inverse_half, 0, inverse_n, log_n, q);
  store_node(inverse_half, 1, scalar::multiply_mod(last, inverse_n, q), log_n, q);
}

}  // namespace blindfit::kernels::avx2
