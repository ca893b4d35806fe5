// SPDX-License-Identifier: Apache-2.0
// Matrices times encrypted vectors with few key switches: baby steps and giant steps, double
// hoisting [bossuat2021efficient, Sec. 4.2, Alg. 6], giant steps by Horner's rule (note 0008).
#pragma once

#include <cstddef>
#include <vector>

#include "blindfit/base/thread_pool.h"
#include "blindfit/circuits/diagonal_matrix.h"
#include "blindfit/ckks/rotate.h"

namespace blindfit::circuits {

/// How a transform visits its diagonals: offset = stride * (baby + babies * giant), baby < babies.
struct BabyGiant {
  std::size_t stride = 1;
  std::size_t babies = 1;
  bool operator==(const BabyGiant&) const = default;
};

/// The rotations that offsets 0, stride, ... (count - 1) * stride need: every baby step, and one
/// giant step, since Horner's rule repeats it.
std::vector<ckks::Steps> rotations(BabyGiant order, std::size_t count);

/// One matrix, encoded over QP for one level. Immutable; thread-safe. Keeps a reference to the
/// context.
class LinearTransform {
 public:
  /// `matrix.period` divides the slots. Every offset must be a multiple of order.stride. Cost: one
  /// FFT and level + 1 + p_count NTTs a diagonal. A diagonal of period p holds 2p words a limb.
  LinearTransform(const ckks::Encoder& encoder, const DiagonalMatrix& matrix, BabyGiant order,
                  std::size_t level, ckks::Scale scale);

  /// M times the slots of `ct`, which must repeat with the matrix's period.
  ///
  /// In: degree 1, at level() (Error{kLevelMismatch}). Out: level() - 1, rescaled; scale = ct.scale
  /// * scale() / q_level. Cost: one decomposition and babies - 1 gadget products for the baby
  /// steps; one mod_down, decomposition and gadget product for each giant step but the last; two
  /// mod_down and rescalings. Sums stand modulo QP throughout, so roundings enter once a giant
  /// step. Throws Error{kKeyMissing} before any work is done. `pool` shares out limbs; results
  /// do not depend on it.
  [[nodiscard]] ckks::Ciphertext apply(const ckks::EvaluationKeys& keys, const ckks::Ciphertext& ct,
                                       base::ThreadPool* pool = nullptr) const;

  /// The same before rescaling: level() and scale ct.scale * scale(), for sums and key switches
  /// whose roundings then vanish in the one of rescaling.
  [[nodiscard]] ckks::Ciphertext apply_unrescaled(const ckks::EvaluationKeys& keys,
                                                  const ckks::Ciphertext& ct,
                                                  base::ThreadPool* pool = nullptr) const;

  [[nodiscard]] std::size_t level() const noexcept { return level_; }
  [[nodiscard]] ckks::Scale scale() const noexcept { return scale_; }
  [[nodiscard]] std::vector<ckks::Steps> rotations() const;
  /// Memory of the encoded diagonals.
  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  /// A polynomial in X^(run / 2) over QP: its values come in runs of `run` equal words, of which
  /// one is kept.
  struct RunPoly {
    base::AlignedBuffer words;
  };
  /// The diagonals of one giant step by baby step; entries without words are zero.
  using Giant = std::vector<RunPoly>;
  class Application;  // one product

  [[nodiscard]] RunPoly encode(const ckks::Encoder& encoder, const Diagonal& diagonal) const;
  [[nodiscard]] std::size_t used_babies() const noexcept;

  const ckks::Context* context_;
  std::size_t level_;
  ckks::Scale scale_;
  BabyGiant order_;
  std::size_t run_;  // equal words in a row
  std::vector<Giant> giants_;
};

}  // namespace blindfit::circuits
