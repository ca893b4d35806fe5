// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/refresh_cost.h"

#include "blindfit/bootstrap/eval_mod.h"

namespace blindfit::learn {
namespace {

using bootstrap::TransformStage;

double limbs_of(const rlwe::Parameters& p, std::size_t level) {
  return static_cast<double>(level + 1 + p.p_primes().size());
}

/// Words of a limb that the diagonals of `stage` keep: two for each slot of a block.
double diagonal_words(const TransformStage& stage) {
  const unsigned top = stage.dft.first + stage.dft.layers;
  return 2.0 * static_cast<double>(std::size_t{1} << top);
}

void add_setup(const rlwe::Parameters& p, const TransformStage& stage, RefreshCost& cost) {
  const auto diagonals = static_cast<double>(stage.offsets);
  cost.setup.encodes += diagonals;
  cost.setup.streaming.ntt += diagonals * limbs_of(p, stage.level);
  cost.matrix_bytes +=
      diagonals * diagonal_words(stage) * limbs_of(p, stage.level) * sizeof(std::uint64_t);
}

/// Double hoisting: circuits::LinearTransform::apply.
void add_stage(const rlwe::Parameters& p, const TransformStage& stage, OperationCounts& counts) {
  const std::size_t babies = std::min(stage.order.babies, stage.offsets);
  const std::size_t giants = (stage.offsets + babies - 1) / babies;
  count_decomposition(p, stage.level, counts);
  for (std::size_t b = 1; b < babies; ++b) {
    count_gadget_product(p, stage.level, counts);
  }
  counts.switching.multiply +=
      2.0 * static_cast<double>(stage.offsets) * limbs_of(p, stage.level);  // times diagonals
  for (std::size_t g = 1; g < giants; ++g) {
    count_key_switch(p, stage.level, counts);
  }
  count_mod_down(p, stage.level, counts);
  counts.streaming.ntt += 2.0 * static_cast<double>(stage.level + 1);  // rescaling
}

/// Key switches spread evenly over the levels that eval_mod consumes.
void add_eval_mod(const bootstrap::BootstrapParameters& parameters, OperationCounts& counts) {
  const bootstrap::EvalMod eval_mod(parameters.literal());
  const std::size_t top = parameters.layout().eval_mod;
  const std::size_t switches = eval_mod.key_switches();
  for (std::size_t k = 0; k < switches; ++k) {
    const std::size_t level = top - k * eval_mod.depth() / switches;
    counts.streaming.multiply += 4.0 * static_cast<double>(level + 1);
    count_key_switch(parameters.main(), level, counts);
  }
}

}  // namespace

RefreshCost refresh_cost(const bootstrap::BootstrapParameters& parameters) {
  const rlwe::Parameters& p = parameters.main();
  const unsigned log_slots = p.log_n() - 1;
  const bootstrap::TransformPlan plan = bootstrap::plan_transforms(parameters, log_slots);
  RefreshCost cost;
  cost.keys = bootstrap::required_galois_elements(parameters, log_slots);
  cost.max_input_scale = static_cast<double>(p.q_primes()[0]) / parameters.message_ratio(log_slots);
  OperationCounts& counts = cost.refresh;
  counts.refreshes = 1;
  counts.streaming.ntt += 2.0 * static_cast<double>(p.max_level() + 1);  // raising
  count_key_switch(p, p.max_level(), counts);                            // from the sparse secret
  for (const auto* stages : {&plan.coeffs_to_slots, &plan.slots_to_coeffs}) {
    for (const TransformStage& stage : *stages) {
      add_setup(p, stage, cost);
      add_stage(p, stage, counts);
    }
  }
  count_key_switch(p, parameters.layout().eval_mod + 1, counts);  // conjugation
  add_eval_mod(parameters, counts);
  add_eval_mod(parameters, counts);
  count_key_switch(p, parameters.layout().output, counts);  // the rotation at the end
  return cost;
}

}  // namespace blindfit::learn
