// SPDX-License-Identifier: Apache-2.0
// The inverse of coeffs_to_slots: slots become the coefficients of a message
// [cheon2018bootstrapping, Sec. 4.2].
#pragma once

#include <span>
#include <vector>

#include "blindfit/bootstrap/transform_plan.h"

namespace blindfit::bootstrap {

/// The encoded matrices of one plan. Immutable; thread-safe. Refers to the encoder's context.
class SlotsToCoeffs {
 public:
  /// Takes operands at scale `in` and gives messages at exactly `out`. `signs`: none, or one real
  /// factor a slot by which the message is multiplied, folded into the last stage.
  struct Options {
    ckks::Scale in;
    ckks::Scale out;
    std::span<const double> signs = {};
  };
  SlotsToCoeffs(const ckks::Encoder& encoder, const TransformPlan& plan, const Options& options);

  /// In: what CoeffsToSlots::apply gives, in its order and rotation, at the level of the first
  /// stage, scale `in` (Error{kScaleMismatch}). Out: the message with those coefficients, below the
  /// last stage. Cost: the stages' and one rotation at the lowest level (two for sparse packing).
  [[nodiscard]] ckks::Ciphertext apply(const ckks::EvaluationKeys& keys,
                                       const std::vector<ckks::Ciphertext>& parts,
                                       base::ThreadPool* pool = nullptr) const;

  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  const ckks::Context* context_;
  std::size_t slots_;
  bool full_;
  std::size_t rotation_;
  ckks::Scale in_;
  ckks::Scale out_;
  std::vector<circuits::LinearTransform> stages_;
};

}  // namespace blindfit::bootstrap
