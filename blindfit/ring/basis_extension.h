// SPDX-License-Identifier: Apache-2.0
// Moving residues between bases: the ModUp and ModDown of RNS key switching [cheon2018rns,
// halevi2019rns] and the division of rescaling. Extension is exact up to the rounding of one
// double-precision sum: docs/notes/0002.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "blindfit/ring/ring_context.h"

namespace blindfit::ring {

/// Constants that take a residue vector over some source primes to any of the context's primes.
class BasisExtension {
 public:
  /// `source`: indices in `ring` of the source primes (q_i is i, p_j is ring.p_index(j)), at most
  /// kernels::kMaxDotLength.
  BasisExtension(const RingContext& ring, std::vector<std::size_t> source);

  [[nodiscard]] std::span<const std::size_t> source() const noexcept { return source_; }

  /// A limb to compute: the index of its prime and one limb of storage.
  struct Target {
    std::size_t modulus;
    std::uint64_t* out;
  };
  /// What all targets share: y_k = x_k (S / s_k)^-1 mod s_k and v, their overflow count.
  ///
  /// `x` holds one limb per source prime, halfway through its inverse transform (rows done), and is
  /// scratch afterwards. The result has source() + 1 limbs, in blocks of columns, so that
  /// everything between two row passes happens in the first caches. Cost: a column pass and two
  /// products for each source limb.
  [[nodiscard]] base::AlignedBuffer prepare(const RingContext& ring,
                                            std::span<std::uint64_t* const> x) const;
  /// The centred value modulo every target's prime: out = sum_k y_k (S / s_k) - v S.
  ///
  /// Targets come out halfway through their forward transform (rows left) and alias nothing. Cost:
  /// source() products and a column pass for each target limb.
  void extend(const RingContext& ring, const base::AlignedBuffer& prepared,
              std::span<const Target> targets) const;

 private:
  void extend_block(const RingContext& ring, const std::uint64_t* block, std::size_t begin,
                    std::span<const Target> targets) const;

  std::vector<std::size_t> source_;
  std::vector<std::uint64_t> inverse_hat_;       // (S / s_k)^-1 mod s_k
  std::vector<double> inverse_;                  // 1 / s_k
  std::vector<std::vector<std::uint64_t>> hat_;  // [target][k]: S / s_k mod target
  std::vector<std::uint64_t> product_;           // [target]: S mod target
};

/// Divides by P, or by P q_l at level l, with rounding: |error| <= 1/2 + 2^-40 per coefficient.
class ModDown {
 public:
  /// By P: QP -> Q.
  explicit ModDown(const RingContext& ring);
  /// By P q_last, a rescaling in the same step: q_0 .. q_last and P -> q_0 .. q_(last - 1).
  ModDown(const RingContext& ring, std::size_t last);

  /// In: evaluation domain, all p-limbs; scratch afterwards. Out: the same q-limbs (or one less),
  /// no p-limbs, evaluation domain. `in` must not be `out`. Cost: a NTT for each limb, inverse for
  /// those that go.
  void apply(const RingContext& ring, Poly& in, Poly& out) const;

  /// For a caller that makes rows of `in` and divides them at once: extension() takes the limbs
  /// that go to the remainder modulo each q_i, halfway through its forward transform; then, for row
  /// r of limb i, remainder -> (in - remainder) / divisor, evaluation domain.
  [[nodiscard]] const BasisExtension& extension() const noexcept { return extension_; }
  void divide_row(const RingContext& ring, const std::uint64_t* in, std::uint64_t* remainder,
                  std::size_t r, std::size_t i, const kernels::RowsAhead& ahead = {}) const;

 private:
  BasisExtension extension_;
  std::vector<std::uint64_t> inverse_;  // of the divisor, mod q_i; 0 for q_last
};

/// Divides by the last prime q_l with rounding and drops it.
///
/// In: evaluation domain, l + 1 >= 2 q-limbs, no p-limbs. Out: l limbs; coefficient error <= 1/2.
/// Cost: one inverse and l forward NTTs. `out` may alias `in`. Throws Error{kLevelExhausted} on a
/// single limb.
class LastPrimeDivision {
 public:
  explicit LastPrimeDivision(const RingContext& ring);
  void apply(const RingContext& ring, const Poly& in, Poly& out) const;

 private:
  std::vector<std::vector<std::uint64_t>> inverse_;  // [l][i]: q_l^-1 mod q_i
};

}  // namespace blindfit::ring
