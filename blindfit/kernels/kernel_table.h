// SPDX-License-Identifier: Apache-2.0
// The contract between the ring layer and the instruction sets: raw words in, raw words out,
// noexcept, no allocation, no checks. All residues are canonical, in [0, q), on entry and on
// return, and every family returns the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "blindfit/base/error.h"
#include "blindfit/kernels/extension_target.h"
#include "blindfit/kernels/modulus_constants.h"
#include "blindfit/kernels/rows_ahead.h"

namespace blindfit::kernels {

/// Primes are below 2^50 so that a lazy sum of four residues still fits the 52-bit multiplier (note
/// 0002).
inline constexpr unsigned kMaxModulusBits = 50;
/// Longest sum of products that `dot` accepts without an intermediate reduction.
inline constexpr std::size_t kMaxDotLength = 64;

/// One family of kernels. Every pointer is set; n is a power of two >= 1024 for the transforms and
/// any multiple of 8 elsewhere; arrays are 64-byte aligned. Unless stated, `out` may be the same
/// array as an input but not overlap it otherwise.
struct KernelTable {
  std::string_view name;  ///< "scalar", "avx2" or "avx512ifma"

  /// Words of twiddle storage that one (q, log_n) needs.
  std::size_t (*ntt_table_words)(unsigned log_n) noexcept;
  /// Fills that storage; psi is a primitive 2N-th root of unity mod q. The layout belongs to the
  /// family.
  void (*ntt_build_table)(std::uint64_t* table, const ModulusConstants& q, std::uint64_t psi,
                          unsigned log_n) noexcept;
  /// Negacyclic NTT in place, coefficients in natural order -> values in bit-reversed order:
  /// out[i] = sum_j x[j] * psi^(j * (2 * bit_reverse(i) + 1)).
  void (*forward_ntt)(std::uint64_t* x, const std::uint64_t* table, const ModulusConstants& q,
                      unsigned log_n) noexcept;
  /// The inverse of forward_ntt, division by N included.
  void (*inverse_ntt)(std::uint64_t* x, const std::uint64_t* table, const ModulusConstants& q,
                      unsigned log_n) noexcept;

  /// The same transforms in two passes over the limb as a matrix of that many rows, row by row in
  /// memory, so that what comes before or after can be done while a part is in the first cache:
  /// forward_ntt = columns, then every row; inverse_ntt = every row, then columns. Between the
  /// passes the limb is *halfway*: its words are the family's own and mean nothing to others.
  std::size_t (*ntt_rows)(unsigned log_n) noexcept;
  /// Any 8 * k columns; row r of them starts at x + r * stride.
  void (*forward_ntt_columns)(std::uint64_t* x, std::size_t stride, std::size_t columns,
                              const std::uint64_t* table, const ModulusConstants& q,
                              unsigned log_n) noexcept;
  void (*inverse_ntt_columns)(std::uint64_t* x, std::size_t stride, std::size_t columns,
                              const std::uint64_t* table, const ModulusConstants& q,
                              unsigned log_n) noexcept;
  /// Row `row`, of N / ntt_rows words, at x.
  void (*forward_ntt_row)(std::uint64_t* x, std::size_t row, const std::uint64_t* table,
                          const ModulusConstants& q, unsigned log_n,
                          const RowsAhead& ahead) noexcept;
  void (*inverse_ntt_row)(std::uint64_t* x, std::size_t row, const std::uint64_t* table,
                          const ModulusConstants& q, unsigned log_n) noexcept;

  void (*add)(std::uint64_t* out, const std::uint64_t* a, const std::uint64_t* b, std::size_t n,
              const ModulusConstants& q) noexcept;
  void (*subtract)(std::uint64_t* out, const std::uint64_t* a, const std::uint64_t* b,
                   std::size_t n, const ModulusConstants& q) noexcept;
  void (*negate)(std::uint64_t* out, const std::uint64_t* a, std::size_t n,
                 const ModulusConstants& q) noexcept;
  void (*multiply)(std::uint64_t* out, const std::uint64_t* a, const std::uint64_t* b,
                   std::size_t n, const ModulusConstants& q) noexcept;
  /// out += a * b.
  void (*multiply_add)(std::uint64_t* out, const std::uint64_t* a, const std::uint64_t* b,
                       std::size_t n, const ModulusConstants& q) noexcept;
  /// out = a * c for a scalar c in [0, q).
  void (*multiply_scalar)(std::uint64_t* out, const std::uint64_t* a, std::uint64_t c,
                          std::size_t n, const ModulusConstants& q) noexcept;
  /// out += a * c.
  void (*multiply_scalar_add)(std::uint64_t* out, const std::uint64_t* a, std::uint64_t c,
                              std::size_t n, const ModulusConstants& q) noexcept;
  /// out = (a - b) * c: the last step of rescale and mod_down.
  void (*subtract_multiply_scalar)(std::uint64_t* out, const std::uint64_t* a,
                                   const std::uint64_t* b, std::uint64_t c, std::size_t n,
                                   const ModulusConstants& q) noexcept;
  /// out0 = sum_k a[k] * b0[k], out1 = sum_k a[k] * b1[k], k < count <= kMaxDotLength, each reduced
  /// once: the gadget product. `out0` and `out1` alias nothing.
  void (*dot_pair)(std::uint64_t* out0, std::uint64_t* out1, const std::uint64_t* const* a,
                   const std::uint64_t* const* b0, const std::uint64_t* const* b1,
                   std::size_t count, std::size_t n, const ModulusConstants& q) noexcept;

  /// out[i] = x[i] mod q for any x[i] < 2^52.
  void (*reduce)(std::uint64_t* out, const std::uint64_t* x, std::size_t n,
                 const ModulusConstants& q) noexcept;
  /// out[i] = the residue mod q of the centred representative of x[i] mod p: x[i] if x[i] <= p/2,
  /// else x[i] - p.
  void (*reduce_centred)(std::uint64_t* out, const std::uint64_t* x, std::size_t n, std::uint64_t p,
                         const ModulusConstants& q) noexcept;

  /// v[i] = floor(0.5 + sum_k y[k][i] * inverse[k]) as a small integer; the sum is taken in double
  /// precision, k ascending, products rounded before they are added, so that every family gets the
  /// same v (note 0002).
  void (*overflow_count)(std::uint64_t* v, const std::uint64_t* const* y, const double* inverse,
                         std::size_t count, std::size_t n) noexcept;
  /// For every target, out[i] = sum_k y[k][i] * factor[k] - v[i] * product mod q: a basis
  /// extension. y[k] < 2^50 need not be reduced mod q; factor[k] and product are; count <=
  /// kMaxDotLength and v[i] <= count. Outputs alias nothing. Several targets in one call share the
  /// loads of y.
  void (*extend)(const ExtensionTarget* targets, std::size_t target_count,
                 const std::uint64_t* const* y, std::size_t count, const std::uint64_t* v,
                 std::size_t n) noexcept;

  /// out[i] = x[index[i]]; `out` aliases nothing. `index` takes every aligned group of eight to an
  /// aligned group of eight, in any order inside it, as automorphisms on values in bit-reversed
  /// order do (note 0002).
  void (*permute)(std::uint64_t* out, const std::uint64_t* x, const std::uint32_t* index,
                  std::size_t n) noexcept;
  /// out[i] += x[index[i]], for the same kind of `index`.
  void (*permute_add)(std::uint64_t* out, const std::uint64_t* x, const std::uint32_t* index,
                      std::size_t n, const ModulusConstants& q) noexcept;
};

/// The families that this CPU can run, best first; the last is always "scalar".
std::span<const KernelTable* const> supported_kernels();
/// Returns the family called `name`. Error{kUnsupportedCpu} if the CPU lacks it,
/// Error{kInvalidArgument} if there is no such family; never a silent fallback.
base::Result<const KernelTable*> find_kernels(std::string_view name);
/// The family that BLINDFIT_KERNELS names, or the best one if it is unset. Errors as find_kernels.
base::Result<const KernelTable*> default_kernels();

}  // namespace blindfit::kernels
