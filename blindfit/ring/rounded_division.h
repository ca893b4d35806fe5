// SPDX-License-Identifier: Apache-2.0
// Dividing polynomials by some of their primes, with rounding: the ModDown of RNS key switching
// [cheon2018rns, halevi2019rns], rescaling, and both in one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "blindfit/ring/basis_extension.h"

namespace blindfit::ring {

/// What is divided, evaluation domain: a polynomial, or the product of two, whose limbs then are
/// those that both have.
struct Dividend {
  const Poly* a;
  const Poly* b = nullptr;

  [[nodiscard]] std::size_t q_limbs() const noexcept {
    return b == nullptr ? a->q_limbs() : std::min(a->q_limbs(), b->q_limbs());
  }
};

/// Divides by the product D of some primes of the context, whose limbs go. |error| <= 1/2 + 2^-40
/// per coefficient.
class RoundedDivision {
 public:
  /// `divisor`: indices of the primes of D in `ring`, as for BasisExtension.
  RoundedDivision(const RingContext& ring, const std::vector<std::size_t>& divisor);

  /// Divides every in[k] into out[k], evaluation domain.
  ///
  /// All in[k] have the same limbs, D's last among them in any order; out[k] gets the others, and
  /// may be in[k].a (but no other operand). Products have no p-limbs; they are made row by row as
  /// they are divided. Cost: a NTT for each limb, inverse for D's.
  void apply(const RingContext& ring, std::span<const Dividend> in,
             std::span<Poly* const> out) const;
  void apply(const RingContext& ring, const Poly& in, Poly& out) const;

  /// For a caller that makes rows of a dividend and divides them at once: extension() takes D's
  /// limbs to the remainder modulo each other prime, halfway through its forward transform; then,
  /// for row r of limb i, out = (in - remainder) / D. `remainder` is scratch; `out` may be either.
  [[nodiscard]] const BasisExtension& extension() const noexcept { return extension_; }
  void divide_row(const RingContext& ring, const std::uint64_t* in, std::uint64_t* remainder,
                  std::uint64_t* out, std::size_t r, std::size_t i,
                  const kernels::RowsAhead& ahead) const;

 private:
  void divide_row(const RingContext& ring, const Dividend& in, std::uint64_t* remainder, Poly& out,
                  std::size_t r, std::size_t i) const;

  BasisExtension extension_;
  std::vector<std::uint64_t> inverse_;  // D^-1 mod q_i; 0 for the primes of D
};

/// The indices of all p, for the division of key switching; and with them of one q, for a rescaling
/// in the same step.
std::vector<std::size_t> special_primes(const RingContext& ring);
std::vector<std::size_t> special_primes_and(const RingContext& ring, std::size_t q_index);

}  // namespace blindfit::ring
