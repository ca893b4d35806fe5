// SPDX-License-Identifier: Apache-2.0
// Arithmetic on eight residues modulo 2^52. "Wrapped" vectors are right in their low 52 bits only:
// vpmadd52 reads no others, so masks are needed at the end alone. Internal linkage throughout;
// ranges are proved in note 0002, section 2.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "blindfit/kernels/modulus_constants.h"

namespace blindfit::kernels::avx512ifma {
namespace {

using Word = std::uint64_t;
using Vector = __m512i;

constexpr Word kMask52 = (Word{1} << 52) - 1;
constexpr std::size_t kLanes = 8;

inline Vector load(const Word* from) {
  return _mm512_load_si512(from);
}
inline void store(Word* to, Vector x) {
  _mm512_store_si512(to, x);
}
/// Words between a store and the line that is fetched for a later one.
constexpr std::size_t kAhead = 256;
/// The same for the words of an array that is only written, from its first to its last: what will
/// be written soon is fetched into the second-level cache, because a store that misses it waits in
/// one of the few buffers of the first.
inline void store_fetching(Word* to, Vector x) {
  _mm_prefetch(reinterpret_cast<const char*>(to + kAhead), _MM_HINT_T1);
  store(to, x);
}
inline Vector broadcast(Word x) {
  return _mm512_set1_epi64(static_cast<long long>(x));
}
inline Vector add(Vector a, Vector b) {
  return _mm512_add_epi64(a, b);
}
inline Vector subtract(Vector a, Vector b) {
  return _mm512_sub_epi64(a, b);
}
/// sum + the low or high 52 bits of the 104-bit product a * b.
inline Vector add_low(Vector sum, Vector a, Vector b) {
  return _mm512_madd52lo_epu64(sum, a, b);
}
inline Vector add_high(Vector sum, Vector a, Vector b) {
  return _mm512_madd52hi_epu64(sum, a, b);
}
inline Vector multiply_high(Vector a, Vector b) {
  return add_high(_mm512_setzero_si512(), a, b);
}

/// One modulus in every lane.
struct Modulus {
  Vector q;
  Vector twice_q;
  Vector minus_q;        // wrapped
  Vector minus_twice_q;  // wrapped
  Vector ratio;          // floor(2^52 / q)
};

inline Modulus make_modulus(const ModulusConstants& q) {
  return {broadcast(q.value), broadcast(2 * q.value), broadcast(0 - q.value),
          broadcast(0 - 2 * q.value), broadcast(q.ratio_high >> 12)};
}

/// A factor below q with its quotient floor(w * 2^52 / q).
struct Factor {
  Vector quotient;
  Vector value;
};

/// Wrapped x in [0, 2^52) -> wrapped [0, 2q).
inline Vector reduce_lazy(Vector x, const Modulus& m) {
  return add_low(x, multiply_high(x, m.ratio), m.minus_q);
}

/// sum + x * w mod q, for wrapped x in [0, 2^52): adds a number in [0, 2q).
inline Vector multiply_lazy_add(Vector sum, Vector x, const Factor& w, const Modulus& m) {
  return add_low(add_low(sum, x, w.value), multiply_high(x, w.quotient), m.minus_q);
}

inline Vector multiply_lazy(Vector x, const Factor& w, const Modulus& m) {
  return multiply_lazy_add(_mm512_setzero_si512(), x, w, m);
}

inline Vector unwrap(Vector x) {
  return _mm512_and_si512(x, broadcast(kMask52));
}

/// [0, 2m) -> x mod m; not wrapped.
inline Vector subtract_once(Vector x, Vector m) {
  return _mm512_min_epu64(x, subtract(x, m));
}

/// Wrapped [0, 2q) -> canonical.
inline Vector canonical(Vector x, const Modulus& m) {
  return subtract_once(unwrap(x), m.q);
}

/// Wrapped [0, 4q) -> canonical.
inline Vector canonical_from_4q(Vector x, const Modulus& m) {
  return subtract_once(subtract_once(unwrap(x), m.twice_q), m.q);
}

}  // namespace
}  // namespace blindfit::kernels::avx512ifma
