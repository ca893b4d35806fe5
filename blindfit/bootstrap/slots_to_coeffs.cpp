// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/slots_to_coeffs.h"

#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace blindfit::bootstrap {
namespace {

using ckks::Ciphertext;
using ckks::Scale;
using Complex = std::complex<double>;

circuits::Diagonal repeated(std::span<const double> values, std::size_t period) {
  circuits::Diagonal out(period);
  for (std::size_t j = 0; j < period; ++j) {
    out[j] = values[j % values.size()];
  }
  return out;
}

}  // namespace

SlotsToCoeffs::SlotsToCoeffs(const ckks::Encoder& encoder, const TransformPlan& plan,
                             const Options& options)
    : context_(&encoder.context()),
      slots_(plan.slots()),
      full_(plan.period == plan.slots()),
      rotation_(plan.rotation()),
      in_(options.in),
      out_(options.out) {
  if (!options.signs.empty() && options.signs.size() != slots_) {
    throw base::Error(base::ErrorCode::kInvalidArgument, "signs must be as many as slots, " +
                                                             std::to_string(slots_) + ": " +
                                                             std::to_string(options.signs.size()));
  }
  const std::vector<TransformStage>& stages = plan.slots_to_coeffs;
  const double share =
      std::pow(options.out.value / options.in.value, 1 / static_cast<double>(stages.size()));
  for (std::size_t k = 0; k < stages.size(); ++k) {
    circuits::DiagonalMatrix m = forward_stage(stages[k].dft, plan.period);
    if (!full_ && k + 1 == stages.size()) {
      // Columns [1, i]: the halves then add up to the transform of the complex vector. Earlier
      // stages act on each half alone and commute with this; their diagonals stay short.
      circuits::Diagonal columns(plan.period, Complex(1, 0));
      std::fill(columns.begin() + static_cast<std::ptrdiff_t>(slots_), columns.end(),
                Complex(0, 1));
      m = circuits::scale_columns(std::move(m), columns);
    }
    if (!options.signs.empty() && k + 1 == stages.size()) {
      m = circuits::scale_rows(std::move(m), repeated(options.signs, plan.period));
    }
    const Scale scale{share * static_cast<double>(context_->q(stages[k].level))};
    stages_.emplace_back(encoder, circuits::between_rotations(m, stages[k].in, stages[k].out),
                         stages[k].order, stages[k].level, scale);
  }
}

Ciphertext SlotsToCoeffs::apply(const ckks::EvaluationKeys& keys,
                                const std::vector<Ciphertext>& parts,
                                base::ThreadPool* pool) const {
  if (parts.size() != (full_ ? 2U : 1U) || !parts[0].scale.matches(in_)) {
    throw base::Error(base::ErrorCode::kScaleMismatch,
                      "slots_to_coeffs takes " + std::string(full_ ? "two" : "one") +
                          " ciphertexts at scale 2^" + std::to_string(in_.log2()) + ": " +
                          std::to_string(parts.size()));
  }
  Ciphertext ct = parts[0];
  if (full_) {
    Ciphertext imaginary;
    ckks::multiply_by_i(*context_, parts[1], imaginary);
    ckks::add(*context_, ct, imaginary, ct);
  }
  for (const circuits::LinearTransform& stage : stages_) {
    ct = stage.apply(keys, ct, pool);
  }
  ct.scale = out_;
  const auto back = -static_cast<std::int64_t>(rotation_);
  if (full_) {
    ckks::rotate(*context_, keys, ct, ckks::Steps{back}, ct);
  } else {
    const std::array<ckks::Steps, 2> halves = {
        ckks::Steps{back}, ckks::Steps{back + static_cast<std::int64_t>(slots_)}};
    ckks::sum_of_rotations(*context_, keys, ct, halves, ct);
  }
  return ct;
}

std::size_t SlotsToCoeffs::bytes() const noexcept {
  std::size_t sum = 0;
  for (const circuits::LinearTransform& stage : stages_) {
    sum += stage.bytes();
  }
  return sum;
}

}  // namespace blindfit::bootstrap
