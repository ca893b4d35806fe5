// SPDX-License-Identifier: Apache-2.0
// The planner's machine: runs the training circuit on levels and scales alone, and notes every key,
// operation and byte.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "blindfit/ckks/rotate.h"
#include "blindfit/learn/key_requirements.h"
#include "blindfit/learn/operation_counts.h"
#include "blindfit/learn/refresh_cost.h"
#include "blindfit/learn/training_circuit.h"
#include "blindfit/rlwe/parameters.h"

namespace blindfit::learn {

class CountingMachine {
 public:
  class Value {
   public:
    std::size_t level = 0;
    double scale = 1;

   private:
    friend class CountingMachine;
    std::shared_ptr<void> bytes_;  // counted as live until the last copy is gone
  };
  class Sum {
   public:
    std::optional<std::size_t> level;
    double scale = 1;
    bool degree_two = false;

   private:
    friend class CountingMachine;
    std::shared_ptr<void> bytes_;  // as those of a value
  };

  /// Both must outlive the machine.
  CountingMachine(const rlwe::Parameters& parameters, const TrainingSpec& spec)
      : parameters_(&parameters), spec_(&spec), activation_(spec.activation.odd) {}
  /// With refreshes, over their main parameters.
  CountingMachine(const bootstrap::BootstrapParameters& parameters, const TrainingSpec& spec);

  /// A value as it is uploaded.
  Value make(std::size_t level, double scale);

  [[nodiscard]] std::size_t level(const Value& v) const { return v.level; }
  [[nodiscard]] double scale(const Value& v) const { return v.scale; }
  [[nodiscard]] double modulus(std::size_t level) const;

  Value drop(const Value& v, std::size_t level);
  Value add(const Value& a, const Value& b);
  Value subtract(const Value& a, const Value& b) { return add(a, b); }
  Value times_i(const Value& v);
  Value conjugate(const Value& v);
  Value halve(const Value& v);
  Value refresh(const Value& v, double unit);
  void add_product(Sum& sum, const Value& a, const Value& b);
  void add_multiple(Sum& sum, const Value& v, double c, double scale);
  void add_masked(Sum& sum, const Value& v, const BundleMask& mask, double scale);
  void add_masked(Sum& sum, const Value& v, const LabelMask& mask, double scale);
  void add_masked(Sum& sum, const Value& v, const PartMask& mask, double scale);
  void add_masked(Sum& sum, const Value& v, BlockMask, double scale) { count_mask(sum, v, scale); }
  void add_masked(Sum& sum, const Value& v, PlainMask, double scale) { count_mask(sum, v, scale); }
  void add_masked(Sum& sum, const Value& v, SignMask, double scale) { count_mask(sum, v, scale); }
  void add_sum(Sum& sum, Sum other);
  void times_minus_i(Sum& sum);
  Value finish(Sum sum);
  Value fold(const Value& v, const std::vector<matrix::FoldStage>& stages);
  Value rotate(const Value& v, ckks::Steps steps);
  Value polynomial(const Value& v, const circuits::PolynomialPlan& plan);
  void activate(Sum& sum, const Value& v);
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& task);

  [[nodiscard]] const OperationCounts& counts() const noexcept { return counts_; }
  [[nodiscard]] const KeyRequirements& keys() const noexcept { return keys_; }
  [[nodiscard]] double peak_bytes() const noexcept { return memory_->peak; }

 private:
  struct Memory {
    double live = 0;
    double peak = 0;
  };

  struct Refreshes {
    RefreshCost cost;
    bootstrap::BootstrapLayout layout;
  };

  /// Counted as live until the last copy of what is returned is gone.
  std::shared_ptr<void> hold(std::size_t components, std::size_t level);
  void count_mask(Sum& sum, const Value& v, double scale);
  void count_polynomial(const Value& v, const circuits::PolynomialPlan& plan,
                        std::size_t key_switches);
  void multiply_into(Sum& sum, std::size_t level, double scale, bool degree_two, double limbs);

  const rlwe::Parameters* parameters_;
  const TrainingSpec* spec_;
  std::optional<Refreshes> refreshes_;
  circuits::PolynomialPlan activation_;
  OperationCounts counts_;
  KeyRequirements keys_;
  std::shared_ptr<Memory> memory_ = std::make_shared<Memory>();
};

}  // namespace blindfit::learn
