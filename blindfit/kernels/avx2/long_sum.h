// SPDX-License-Identifier: Apache-2.0
// Long sums of products below 2^100, exact in two doubles. Internal linkage; bounds in note 0002,
// section 5.
#pragma once

#include "blindfit/kernels/avx2/vector_arithmetic.h"

namespace blindfit::kernels::avx2 {
namespace {

constexpr double kTwo102 = kTwo52 * 1125899906842624.0;  // 2^52 * 2^50

/// The sum is (grid - 2^102) + low. `grid` stays in [2^102, 2^103), where doubles are the multiples
/// of 2^50, so that an addition to it rounds each product to the grid; `low` collects what the
/// rounding left over.
struct LongSum {
  Reals grid;
  Reals low;
};

/// Products that fit before `grid` must be emptied.
constexpr std::size_t kChunk = 4;

inline LongSum zero_sum() {
  return {broadcast_real(kTwo102), _mm256_setzero_pd()};
}

inline void accumulate(LongSum& sum, Reals a, Reals b) {
  const Reals grid = _mm256_fmadd_pd(a, b, sum.grid);
  const Reals rounded = _mm256_sub_pd(grid, sum.grid);
  sum.low = _mm256_add_pd(sum.low, _mm256_fmsub_pd(a, b, rounded));
  sum.grid = grid;
}

/// The sum mod q within q of zero.
inline Reals reduce_sum(const LongSum& sum, const Modulus& m) {
  const Reals two52 = broadcast_real(kTwo52);
  const Reals high = _mm256_sub_pd(sum.grid, broadcast_real(kTwo102));
  const Reals quotient = _mm256_sub_pd(_mm256_fmadd_pd(high, m.inverse, two52), two52);
  return reduce(_mm256_add_pd(_mm256_fnmadd_pd(quotient, m.q, high), sum.low), m);
}

inline void empty_grid(LongSum& sum, const Modulus& m) {
  sum = {broadcast_real(kTwo102), reduce_sum(sum, m)};
}

}  // namespace
}  // namespace blindfit::kernels::avx2
