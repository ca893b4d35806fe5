// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/transform_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <string>

namespace blindfit::bootstrap {
namespace {

using circuits::BabyGiant;

/// Giant steps cost about four times as much as baby steps, but each baby step is a key.
BabyGiant order_of(std::size_t stride, std::size_t offsets) {
  std::size_t babies = 1;
  while (babies * babies < offsets) {
    babies *= 2;
  }
  return {stride, babies};
}

/// `first_period`: after how many slots the first operand repeats.
std::vector<TransformStage> lay_out(const std::vector<DftStage>& stages, std::size_t first_period,
                                    std::size_t period, std::size_t level, std::size_t rotation) {
  std::vector<TransformStage> result;
  for (const DftStage& dft : stages) {
    const StageOffsets offsets = stage_offsets(dft, result.empty() ? first_period : period);
    const std::size_t out = (rotation + offsets.shift) % period;
    result.push_back(
        {dft, level, rotation, out, offsets.count, order_of(dft.stride(), offsets.count)});
    rotation = out;
    --level;
  }
  return result;
}

/// Words of a key in residues of each size: files pack them to their bits.
void add_key(const rlwe::Parameters& parameters, std::size_t level, KeyBytes& sum) {
  double bits = 0;
  const auto digits = static_cast<double>(parameters.digits(level));
  const auto n = static_cast<double>(parameters.n());
  std::size_t limbs = level + 1 + parameters.p_primes().size();
  for (std::size_t i = 0; i <= level; ++i) {
    bits += static_cast<double>(std::bit_width(parameters.q_primes()[i]));
  }
  for (const std::uint64_t p : parameters.p_primes()) {
    bits += static_cast<double>(std::bit_width(p));
  }
  sum.files += digits * n * bits / 8;
  sum.resident += 2 * digits * n * static_cast<double>(limbs) * 8;
}

}  // namespace

TransformPlan plan_transforms(const BootstrapParameters& parameters, unsigned log_slots) {
  const unsigned log_n = parameters.literal().log_n;
  if (log_slots >= log_n) {
    throw base::Error(base::ErrorCode::kInvalidArgument, "log_slots must be at most " +
                                                             std::to_string(log_n - 1) + ": " +
                                                             std::to_string(log_slots));
  }
  TransformPlan plan;
  plan.log_slots = log_slots;
  plan.period = plan.slots() * (log_slots + 1 == log_n ? 1 : 2);
  const BootstrapLiteral& literal = parameters.literal();
  std::vector<DftStage> down = split_layers(log_slots, literal.coeffs_to_slots.count);
  std::reverse(down.begin(), down.end());
  plan.coeffs_to_slots =
      lay_out(down, plan.slots(), plan.period, parameters.layout().coeffs_to_slots, 0);
  plan.slots_to_coeffs =
      lay_out(split_layers(log_slots, literal.slots_to_coeffs.count), plan.period, plan.period,
              parameters.layout().slots_to_coeffs, plan.coeffs_to_slots.back().out);
  return plan;
}

std::vector<GaloisKeyNeed> required_galois_elements(const BootstrapParameters& parameters,
                                                    unsigned log_slots) {
  const unsigned log_n = parameters.literal().log_n;
  const BootstrapLayout& layout = parameters.layout();
  const TransformPlan plan = plan_transforms(parameters, log_slots);
  std::map<ring::GaloisElement, std::size_t> levels;
  const auto need = [&](std::int64_t steps, std::size_t level) {
    const ring::GaloisElement element = ckks::galois_element(ckks::Steps{steps}, log_n);
    if (element.value != 1) {
      std::size_t& known = levels[element];
      known = std::max(known, level);
    }
  };
  const std::size_t all = parameters.main().slots();
  for (std::size_t step = plan.slots(); step < all; step *= 2) {
    need(static_cast<std::int64_t>(step), layout.coeffs_to_slots);
  }
  for (const auto& stages : {plan.coeffs_to_slots, plan.slots_to_coeffs}) {
    for (const TransformStage& stage : stages) {
      for (const ckks::Steps s : circuits::rotations(stage.order, stage.offsets)) {
        need(s.value, stage.level);
      }
    }
  }
  const auto rotation = static_cast<std::int64_t>(plan.rotation());
  need(-rotation, layout.output);
  if (plan.period != plan.slots()) {
    need(static_cast<std::int64_t>(plan.slots()) - rotation, layout.output);
  }
  levels[ckks::conjugation_element(log_n)] = layout.eval_mod + 1;
  std::vector<GaloisKeyNeed> result;
  result.reserve(levels.size());
  for (const auto& [element, level] : levels) {
    result.push_back({element, level});
  }
  return result;
}

KeyBytes key_bytes(const BootstrapParameters& parameters, unsigned log_slots) {
  KeyBytes sum;
  for (const GaloisKeyNeed& need : required_galois_elements(parameters, log_slots)) {
    add_key(parameters.main(), need.level, sum);
  }
  add_key(parameters.main(), parameters.layout().eval_mod, sum);
  add_key(parameters.main(), parameters.main().max_level(), sum);
  add_key(parameters.tiny(), 0, sum);
  return sum;
}

}  // namespace blindfit::bootstrap
