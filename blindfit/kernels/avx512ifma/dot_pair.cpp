// SPDX-License-Identifier: Apache-2.0
// The gadget product: two sums of products that share their left factors.
#include "blindfit/kernels/avx512ifma/avx512ifma_kernels.h"
#include "blindfit/kernels/avx512ifma/wide_product.h"

namespace blindfit::kernels::avx512ifma {
namespace {

/// Right factors are a switching key's as a rule and stream from memory, in more streams than the
/// processor follows by itself: they are fetched a page before they are read.
constexpr std::size_t kFetchAhead = 512;

inline Vector load_fetching(const Word* from) {
  _mm_prefetch(reinterpret_cast<const char*>(from + kFetchAhead), _MM_HINT_T0);
  return load(from);
}

}  // namespace

void dot_pair(Word* out0, Word* out1, const Word* const* a, const Word* const* b0,
              const Word* const* b1, std::size_t count, std::size_t n,
              const ModulusConstants& q) noexcept {
  const SumModulus s = make_sum_modulus(q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    WideSum sum0 = zero_sum();
    WideSum sum1 = zero_sum();
    std::size_t room = kFirstChunk;
    for (std::size_t k = 0; k < count; ++k, --room) {
      if (room == 0) {
        reduce_high(sum0, s.m);
        reduce_high(sum1, s.m);
        room = kNextChunk;
      }
      const Vector left = load(a[k] + i);
      accumulate(sum0, left, load_fetching(b0[k] + i));
      accumulate(sum1, left, load_fetching(b1[k] + i));
    }
    store(out0 + i, reduce_sum(sum0, s));
    store(out1 + i, reduce_sum(sum1, s));
  }
}

}  // namespace blindfit::kernels::avx512ifma
