// SPDX-License-Identifier: Apache-2.0
// Moving residues from one basis to another [cheon2018rns, halevi2019rns], exact up to the rounding
// of one double-precision sum: docs/notes/0002.
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

}  // namespace blindfit::ring
