// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/coeffs_to_slots.h"

#include <array>
#include <cmath>

namespace blindfit::bootstrap {
namespace {

using ckks::Ciphertext;
using ckks::Scale;
using Complex = std::complex<double>;

/// ct += ct rotated by slots, 2 slots, 4 slots ...: multiplies the wanted coefficients by n /
/// slots.
void project(const ckks::Context& context, const ckks::EvaluationKeys& keys, std::size_t slots,
             Ciphertext& ct) {
  for (std::size_t step = slots; step < context.parameters().slots(); step *= 2) {
    const std::array<ckks::Steps, 2> both = {ckks::Steps{0},
                                             ckks::Steps{static_cast<std::int64_t>(step)}};
    ckks::sum_of_rotations(context, keys, ct, both, ct);
  }
}

/// On operands that repeat after s slots. Sparse packing: rows [w, -i w], which later stages keep,
/// so that one conjugation gives both parts. It is done here because this stage's diagonals have
/// full length anyway.
circuits::DiagonalMatrix first_stage(const TransformStage& stage, const TransformPlan& plan) {
  circuits::DiagonalMatrix m = inverse_stage(stage.dft, plan.slots());
  m.period = plan.period;
  for (auto& [offset, diagonal] : m.diagonals) {
    for (std::size_t j = plan.slots(); j < plan.period; ++j) {
      const Complex x = diagonal[j - plan.slots()];
      diagonal.push_back({x.imag(), -x.real()});
    }
  }
  return m;
}

}  // namespace

// Stages give s w, conjugation 2 s Re(w), projection n / s times as much: n for full packing, all
// in all N. That factor and the primes are shared out evenly over the scales of the stages.
CoeffsToSlots::CoeffsToSlots(const ckks::Encoder& encoder, const TransformPlan& plan, Target target)
    : context_(&encoder.context()),
      slots_(plan.slots()),
      full_(plan.period == plan.slots()),
      scale_(target.scale) {
  const auto n = static_cast<double>(context_->parameters().n());
  const auto stages = static_cast<double>(plan.coeffs_to_slots.size());
  const double share =
      std::pow(target.scale.value / (target.unit * target.divisor * n), 1 / stages);
  for (const TransformStage& stage : plan.coeffs_to_slots) {
    const circuits::DiagonalMatrix m =
        stages_.empty() ? first_stage(stage, plan) : inverse_stage(stage.dft, plan.period);
    const Scale scale{share * static_cast<double>(context_->q(stage.level))};
    stages_.emplace_back(encoder, circuits::between_rotations(m, stage.in, stage.out), stage.order,
                         stage.level, scale);
  }
}

std::vector<Ciphertext> CoeffsToSlots::apply(const ckks::EvaluationKeys& keys, const Ciphertext& ct,
                                             base::ThreadPool* pool) const {
  Ciphertext w = ct;
  project(*context_, keys, slots_, w);
  for (std::size_t k = 0; k + 1 < stages_.size(); ++k) {
    w = stages_[k].apply(keys, w, pool);
  }
  // Conjugated before rescaling, so that one rounding is all that the parts get.
  w = stages_.back().apply_unrescaled(keys, w, pool);
  Ciphertext conjugate;
  ckks::conjugate(*context_, keys, w, conjugate);
  std::vector<Ciphertext> result(full_ ? 2 : 1);
  ckks::add(*context_, w, conjugate, result[0]);
  if (full_) {  // -i (w - conj w)
    ckks::subtract(*context_, conjugate, w, result[1]);
    ckks::multiply_by_i(*context_, result[1], result[1]);
  }
  for (Ciphertext& part : result) {
    ckks::rescale(*context_, part);
    part.scale = scale_;  // equal up to the rounding of products and quotients
  }
  return result;
}

std::size_t CoeffsToSlots::bytes() const noexcept {
  std::size_t sum = 0;
  for (const circuits::LinearTransform& stage : stages_) {
    sum += stage.bytes();
  }
  return sum;
}

}  // namespace blindfit::bootstrap
