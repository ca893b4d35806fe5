// SPDX-License-Identifier: Apache-2.0
// The gadget product: two sums of products that share their left factors.
#include "blindfit/kernels/avx2/avx2_kernels.h"
#include "blindfit/kernels/avx2/long_sum.h"

namespace blindfit::kernels::avx2 {

void dot_pair(Word* out0, Word* out1, const Word* const* a, const Word* const* b0,
              const Word* const* b1, std::size_t count, std::size_t n,
              const ModulusConstants& q) noexcept {
  const Modulus m = make_modulus(q);
  for (std::size_t i = 0; i < n; i += kLanes) {
    LongSum sum0 = zero_sum();
    LongSum sum1 = zero_sum();
    std::size_t room = kChunk;
    for (std::size_t k = 0; k < count; ++k, --room) {
      if (room == 0) {
        empty_grid(sum0, m);
        empty_grid(sum1, m);
        room = kChunk;
      }
      const Reals left = to_reals(load(a[k] + i));
      accumulate(sum0, left, to_reals(load(b0[k] + i)));
      accumulate(sum1, left, to_reals(load(b1[k] + i)));
    }
    store(out0 + i, canonical(reduce_sum(sum0, m), m));
    store(out1 + i, canonical(reduce_sum(sum1, m), m));
  }
}

}  // namespace blindfit::kernels::avx2
