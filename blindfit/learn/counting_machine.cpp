// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/counting_machine.h"

#include <algorithm>
#include <string>

namespace blindfit::learn {
namespace {

void raise_to(std::size_t& level, std::size_t needed) {
  level = std::max(level, needed);
}

void raise_to(std::optional<std::size_t>& level, std::size_t needed) {
  level = std::max(level.value_or(0), needed);
}

void require_same(double a, double b) {
  if (!rlwe::Scale{a}.matches(rlwe::Scale{b})) {
    throw base::Error(
        base::ErrorCode::kScaleMismatch,
        "scales of a sum must be equal: " + std::to_string(a) + " and " + std::to_string(b));
  }
}

}  // namespace

CountingMachine::CountingMachine(const bootstrap::BootstrapParameters& parameters,
                                 const TrainingSpec& spec)
    : CountingMachine(parameters.main(), spec) {
  refreshes_ = {refresh_cost(parameters), parameters.layout()};
}

std::shared_ptr<void> CountingMachine::hold(std::size_t components, std::size_t level) {
  const auto bytes =
      static_cast<double>(components * (level + 1) * parameters_->n() * sizeof(std::uint64_t));
  memory_->live += bytes;
  memory_->peak = std::max(memory_->peak, memory_->live);
  const std::shared_ptr<Memory> memory = memory_;
  return {nullptr, [memory, bytes](void*) { memory->live -= bytes; }};
}

CountingMachine::Value CountingMachine::make(std::size_t level, double scale) {
  Value v;
  v.level = level;
  v.scale = scale;
  v.bytes_ = hold(2, level);
  return v;
}

double CountingMachine::modulus(std::size_t level) const {
  return static_cast<double>(parameters_->q_primes().at(level));
}

CountingMachine::Value CountingMachine::drop(const Value& v, std::size_t level) {
  if (level > v.level) {
    throw base::Error(base::ErrorCode::kLevelExhausted,
                      "a value stands below the level that is needed: " + std::to_string(v.level) +
                          " < " + std::to_string(level));
  }
  return make(level, v.scale);
}

CountingMachine::Value CountingMachine::add(const Value& a, const Value& b) {
  require_same(a.scale, b.scale);
  return make(std::min(a.level, b.level), a.scale);
}

CountingMachine::Value CountingMachine::times_i(const Value& v) {
  counts_.streaming.multiply += 2.0 * static_cast<double>(v.level + 1);
  return make(v.level, v.scale);
}

CountingMachine::Value CountingMachine::conjugate(const Value& v) {
  raise_to(keys_.galois[ckks::conjugation_element(parameters_->log_n())], v.level);
  count_key_switch(*parameters_, v.level, counts_);
  return make(v.level, v.scale);
}

CountingMachine::Value CountingMachine::halve(const Value& v) {
  return make(v.level, 2 * v.scale);
}

CountingMachine::Value CountingMachine::refresh(const Value& v, double unit) {
  const RefreshCost& cost = refreshes_->cost;
  if (v.scale * unit > cost.max_input_scale) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "the bound of what is refreshed may be at most " +
                          std::to_string(cost.max_input_scale / v.scale / 2) +
                          " at this scale: " + std::to_string(unit / 2));
  }
  counts_ += cost.refresh;
  raise_to(keys_.relinearization, refreshes_->layout.eval_mod);
  for (const bootstrap::GaloisKeyNeed& need : cost.keys) {
    raise_to(keys_.galois[need.element], need.level);
  }
  keys_.encapsulation = true;
  return make(refreshes_->layout.output, spec_->scale / unit);
}

void CountingMachine::multiply_into(Sum& sum, std::size_t level, double scale, bool degree_two,
                                    double limbs) {
  if (sum.level) {
    require_same(sum.scale, scale);
    level = std::min(level, *sum.level);
  }
  if (!sum.level) {
    sum.bytes_ = hold(degree_two ? 3 : 2, level);
  }
  sum.level = level;
  sum.scale = scale;
  sum.degree_two = sum.degree_two || degree_two;
  counts_.streaming.multiply += limbs * static_cast<double>(level + 1);
}

void CountingMachine::add_product(Sum& sum, const Value& a, const Value& b) {
  multiply_into(sum, std::min(a.level, b.level), a.scale * b.scale, true, 4);
}

void CountingMachine::add_multiple(Sum& sum, const Value& v, double, double scale) {
  multiply_into(sum, v.level, v.scale * scale, false, 2);
}

void CountingMachine::count_mask(Sum& sum, const Value& v, double scale) {
  counts_.encodes += 1;
  counts_.streaming.ntt += static_cast<double>(v.level + 1);
  multiply_into(sum, v.level, v.scale * scale, false, 2);
}

void CountingMachine::add_masked(Sum& sum, const Value& v, const BundleMask&, double scale) {
  count_mask(sum, v, scale);
}

void CountingMachine::add_masked(Sum& sum, const Value& v, const LabelMask&, double scale) {
  count_mask(sum, v, scale);
}

void CountingMachine::add_masked(Sum& sum, const Value& v, const PartMask&, double scale) {
  count_mask(sum, v, scale);
}

void CountingMachine::add_sum(Sum& sum, Sum other) {
  if (other.level) {
    multiply_into(sum, *other.level, other.scale, other.degree_two, 1);
  }
}

void CountingMachine::times_minus_i(Sum& sum) {
  counts_.streaming.multiply += 3.0 * static_cast<double>(*sum.level + 1);
}

CountingMachine::Value CountingMachine::finish(Sum sum) {
  if (*sum.level == 0) {
    throw base::Error(base::ErrorCode::kLevelExhausted, "the plan runs out of levels: level 0");
  }
  if (sum.degree_two) {
    raise_to(keys_.relinearization, *sum.level);
    count_key_switch(*parameters_, *sum.level, counts_);  // and the rescaling with it
  } else {
    counts_.streaming.ntt += 2.0 * static_cast<double>(*sum.level + 1);
  }
  return make(*sum.level - 1, sum.scale / modulus(*sum.level));
}

CountingMachine::Value CountingMachine::fold(const Value& v,
                                             const std::vector<matrix::FoldStage>& stages) {
  for (const matrix::FoldStage& stage : stages) {
    count_decomposition(*parameters_, v.level, counts_);
    for (const ckks::Steps steps : stage) {
      if (steps.value == 0) {
        continue;
      }
      raise_to(keys_.galois[ckks::galois_element(steps, parameters_->log_n())], v.level);
      count_gadget_product(*parameters_, v.level, counts_);
    }
    count_mod_down(*parameters_, v.level, counts_);
  }
  return make(v.level, v.scale);
}

CountingMachine::Value CountingMachine::rotate(const Value& v, ckks::Steps steps) {
  raise_to(keys_.galois[ckks::galois_element(steps, parameters_->log_n())], v.level);
  count_key_switch(*parameters_, v.level, counts_);
  return make(v.level, v.scale);
}

void CountingMachine::count_polynomial(const Value& v, const circuits::PolynomialPlan& plan,
                                       std::size_t key_switches) {
  if (v.level < plan.depth()) {
    throw base::Error(base::ErrorCode::kLevelExhausted, "a polynomial needs " +
                                                            std::to_string(plan.depth()) +
                                                            " levels: " + std::to_string(v.level));
  }
  const std::vector<std::size_t> depths = plan.key_switch_depths();
  for (std::size_t i = 0; i < key_switches; ++i) {
    const std::size_t level = v.level - depths[i];
    raise_to(keys_.relinearization, level);
    count_key_switch(*parameters_, level, counts_);  // and the rescaling with it
  }
}

CountingMachine::Value CountingMachine::polynomial(const Value& v,
                                                   const circuits::PolynomialPlan& plan) {
  count_polynomial(v, plan, plan.key_switches());
  return make(v.level - plan.depth(), spec_->scale);
}

void CountingMachine::activate(Sum& sum, const Value& v) {
  // The last relinearization belongs to the sum, which `finish` does.
  count_polynomial(v, activation_, activation_.lazy_key_switches());
  const std::size_t level = v.level - activation_.depth() + 1;
  multiply_into(sum, level, spec_->error_scale() * modulus(level), true, 8);
}

void CountingMachine::parallel_for(std::size_t count,
                                   const std::function<void(std::size_t)>& task) {
  for (std::size_t i = 0; i < count; ++i) {
    task(i);
  }
}

}  // namespace blindfit::learn
