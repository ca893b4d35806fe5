// SPDX-License-Identifier: Apache-2.0
// The coefficients of a message become slots [cheon2018bootstrapping, Sec. 4.2].
#pragma once

#include <vector>

#include "blindfit/bootstrap/transform_plan.h"

namespace blindfit::bootstrap {

/// The encoded matrices of one plan. Immutable; thread-safe. Refers to the encoder's context.
class CoeffsToSlots {
 public:
  /// Results hold coefficients / (unit * divisor) at exactly `scale`. `unit` is what an operand
  /// takes as 1: q_0 in bootstrapping, whatever scale its ciphertext names.
  struct Target {
    double unit;
    double divisor;
    ckks::Scale scale;
  };
  CoeffsToSlots(const ckks::Encoder& encoder, const TransformPlan& plan, Target target);

  /// In: degree 1, level of the first stage; any polynomial m for full packing, else its
  /// coefficients outside the multiples of n / s, n = N / 2, are projected away first (log2(n / s)
  /// rotations). Out: below the last stage, in order, real slots. Full packing: two ciphertexts,
  /// slot j of the first (second) has coefficient k (k + n) of m, k the bit reversal of j +
  /// rotation, rotation that of the last stage. Sparse: one ciphertext, its first s slots (before
  /// rotation) real parts, the next s imaginary parts. Cost: the stages' and one conjugation.
  [[nodiscard]] std::vector<ckks::Ciphertext> apply(const ckks::EvaluationKeys& keys,
                                                    const ckks::Ciphertext& ct,
                                                    base::ThreadPool* pool = nullptr) const;

  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  const ckks::Context* context_;
  std::size_t slots_;
  bool full_;
  ckks::Scale scale_;
  std::vector<circuits::LinearTransform> stages_;
};

}  // namespace blindfit::bootstrap
