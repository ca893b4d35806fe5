// SPDX-License-Identifier: Apache-2.0
// The primes q_i and p_j of one parameter set with their transforms, and limb-wise arithmetic over
// them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "blindfit/base/aligned_buffer.h"
#include "blindfit/kernels/kernel_table.h"
#include "blindfit/ring/poly.h"

namespace blindfit::ring {

/// Immutable after construction; const methods are safe to call concurrently.
class RingContext {
 public:
  /// Throws Error{kInvalidArgument} unless 10 <= log_n <= 17 and all primes are distinct, in
  /// (2^16, 2^50) and = 1 mod 2N.
  RingContext(unsigned log_n, std::vector<std::uint64_t> q_primes,
              std::vector<std::uint64_t> p_primes, const kernels::KernelTable& kernels);

  [[nodiscard]] unsigned log_n() const noexcept { return log_n_; }
  [[nodiscard]] std::size_t n() const noexcept { return std::size_t{1} << log_n_; }
  [[nodiscard]] std::size_t q_count() const noexcept { return q_count_; }
  [[nodiscard]] std::size_t p_count() const noexcept { return moduli_.size() - q_count_; }
  [[nodiscard]] const kernels::KernelTable& kernels() const noexcept { return *kernels_; }

  [[nodiscard]] const kernels::ModulusConstants& q(std::size_t i) const { return moduli_[i]; }
  [[nodiscard]] const kernels::ModulusConstants& p(std::size_t j) const {
    return moduli_[q_count_ + j];
  }
  [[nodiscard]] const kernels::ModulusConstants& modulus(std::size_t modulus_index) const {
    return moduli_[modulus_index];
  }
  /// The modulus of limb i of `poly`.
  [[nodiscard]] const kernels::ModulusConstants& modulus(const Poly& poly, std::size_t i) const {
    return moduli_[index(poly, i)];
  }

  /// I with I^2 = -1 mod q_i: X^(N/2) has the value I at the first half of the bit-reversed roots
  /// and -I at the second.
  [[nodiscard]] std::uint64_t imaginary_unit(std::size_t i) const { return imaginary_units_[i]; }

  /// P = p_0 p_1 ... modulo q_i.
  [[nodiscard]] std::uint64_t special_product(std::size_t i) const { return special_products_[i]; }

  /// Transforms one limb in place; the caller keeps track of the domain.
  void forward_ntt_limb(std::span<std::uint64_t> limb, std::size_t modulus_index) const;
  void inverse_ntt_limb(std::span<std::uint64_t> limb, std::size_t modulus_index) const;
  /// The same in two passes over the limb as a matrix of rows() rows: forward = columns, then each
  /// row; inverse = each row, then columns. Between the passes the limb is *halfway*: only the
  /// second pass can read its words. Whoever works on a limb anyway does a pass on the part that is
  /// in the first cache.
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t row_size() const noexcept { return n() / rows_; }
  void forward_ntt_row(std::uint64_t* row, std::size_t r, std::size_t modulus_index,
                       const kernels::RowsAhead& ahead = {}) const {
    kernels_->forward_ntt_row(row, r, table(modulus_index), moduli_[modulus_index], log_n_, ahead);
  }
  void inverse_ntt_row(std::uint64_t* row, std::size_t r, std::size_t modulus_index) const {
    kernels_->inverse_ntt_row(row, r, table(modulus_index), moduli_[modulus_index], log_n_);
  }
  /// `columns` columns (a multiple of 8), the first of them at `limb_column`.
  void forward_ntt_columns(std::uint64_t* limb_column, std::size_t columns,
                           std::size_t modulus_index) const {
    kernels_->forward_ntt_columns(limb_column, row_size(), columns, table(modulus_index),
                                  moduli_[modulus_index], log_n_);
  }
  void inverse_ntt_columns(std::uint64_t* limb_column, std::size_t columns,
                           std::size_t modulus_index) const {
    kernels_->inverse_ntt_columns(limb_column, row_size(), columns, table(modulus_index),
                                  moduli_[modulus_index], log_n_);
  }
  /// The index of p_j for the functions above; q_i has index i.
  [[nodiscard]] std::size_t p_index(std::size_t j) const noexcept { return q_count_ + j; }

  /// Index in this context of the modulus of limb i of `poly`.
  [[nodiscard]] std::size_t index(const Poly& poly, std::size_t i) const noexcept {
    return index(poly.q_limbs(), i);
  }
  [[nodiscard]] std::size_t index(std::size_t q_limbs, std::size_t i) const noexcept {
    return i < q_limbs ? i : q_count_ + (i - q_limbs);
  }
  /// Its inverse: the limb that has that modulus in a polynomial over QP with so many q-limbs.
  [[nodiscard]] std::size_t limb_index(std::size_t q_limbs,
                                       std::size_t modulus_index) const noexcept {
    return modulus_index < q_count_ ? modulus_index : q_limbs + (modulus_index - q_count_);
  }

 private:
  [[nodiscard]] const std::uint64_t* table(std::size_t modulus_index) const noexcept {
    return tables_.data() + modulus_index * table_words_;
  }

  unsigned log_n_;
  std::size_t rows_;
  std::size_t q_count_;
  const kernels::KernelTable* kernels_;
  std::vector<kernels::ModulusConstants> moduli_;
  std::vector<std::uint64_t> imaginary_units_;
  std::vector<std::uint64_t> special_products_;
  std::size_t table_words_;
  base::AlignedBuffer tables_;
};

/// Transform all limbs in place and set the domain. Cost: one NTT per limb. Requires the other
/// domain on entry.
void to_evaluation(const RingContext& ring, Poly& poly);
void to_coefficient(const RingContext& ring, Poly& poly);

/// All rows of one limb: evaluation domain -> halfway to coefficients, halfway from coefficients ->
/// evaluation domain.
void inverse_ntt_rows(const RingContext& ring, std::span<std::uint64_t> limb,
                      std::size_t modulus_index);
void forward_ntt_rows(const RingContext& ring, std::span<std::uint64_t> limb,
                      std::size_t modulus_index);

/// Limb-wise arithmetic on polynomials of equal limbs and domain; `out` takes their shape and may
/// alias either. If `b` has more q-limbs than `a` (and no p-limbs), its upper ones are ignored, so
/// operands may stand at a higher level.
void add(const RingContext& ring, const Poly& a, const Poly& b, Poly& out);
void subtract(const RingContext& ring, const Poly& a, const Poly& b, Poly& out);
void negate(const RingContext& ring, const Poly& a, Poly& out);
/// Products of values: evaluation domain only.
void multiply(const RingContext& ring, const Poly& a, const Poly& b, Poly& out);
void multiply_add(const RingContext& ring, const Poly& a, const Poly& b, Poly& accumulator);
/// Multiplies limb i by scalars[index of its modulus], reduced. Any domain.
void multiply_scalars(const RingContext& ring, const Poly& a,
                      std::span<const std::uint64_t> scalars, Poly& out);

/// All limbs zero.
Poly zero_poly(const RingContext& ring, std::size_t q_limbs, std::size_t p_limbs, Domain domain);

/// Reduces signed coefficients, below q in magnitude, modulo q. Takes the same time for all.
void set_signed_limb(std::span<const std::int64_t> coefficients, std::uint64_t q,
                     std::span<std::uint64_t> limb);
/// Reduces n() signed coefficients modulo every prime of `out` (coefficient domain on return).
/// Takes the same time for all coefficients below every prime in magnitude.
void set_signed_coefficients(const RingContext& ring, std::span<const std::int64_t> coefficients,
                             Poly& out);

}  // namespace blindfit::ring
