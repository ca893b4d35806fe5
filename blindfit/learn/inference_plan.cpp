// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/inference_plan.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "blindfit/learn/inference.h"

namespace blindfit::learn {
namespace {

using base::Error;
using base::ErrorCode;
using Value = CountingMachine::Value;

constexpr double kMaxOperations = 2e6;

DataSource<Value> counted_rows(CountingMachine& machine, const TrainingSpec& spec,
                               const matrix::Tiling& rows, std::size_t pairs_at_once) {
  return {pairs_at_once, [&machine, &spec, &rows](matrix::PairRange pairs) {
            const auto block = std::make_shared<std::vector<Value>>();
            for (std::size_t i = 0; i < pairs.size() * rows.feature_tiles(); ++i) {
              block->push_back(machine.make(kQueryLevel, spec.scale));
            }
            return DataBlock<Value>{*block, block};
          }};
}

void count_trained(CountingMachine& machine, const TrainingSpec& spec, const matrix::Tiling& rows,
                   std::size_t pairs_at_once, TrainingState<Value>& state) {
  TrainingCircuit<CountingMachine> circuit(machine, spec);
  const Value packed = circuit.weights(state, spec.iterations());
  Inference<CountingMachine>(machine, rows, spec.scale)(
      counted_rows(machine, spec, rows, pairs_at_once), packed);
}

void count_plain(CountingMachine& machine, const TrainingSpec& spec, const matrix::Tiling& rows,
                 std::size_t pairs_at_once) {
  // Sizes are the query's own word: nothing of that size is made here.
  Inference<CountingMachine>(machine, rows, spec.scale)
      .by_plain_lanes(counted_rows(machine, spec, rows, pairs_at_once),
                      [](std::size_t, std::size_t) { return std::vector<double>(); });
}

/// W after training, as it is stored: where nothing needed a refresh, as high as an iteration
/// starts.
TrainingState<Value> trained_state(CountingMachine& machine, const TrainingPlan& plan) {
  const TrainingSpec& spec = plan.spec;
  TrainingState<Value> state;
  if (spec.refresh) {
    state.both = machine.make(plan.keys.encapsulation ? 0 : iteration_depth(spec), spec.scale);
  } else {
    state.w = machine.make(weights_level(spec), spec.scale);
  }
  return state;
}

InferenceCosts costs_of(const rlwe::Parameters& parameters, const CountingMachine& machine) {
  return {machine.keys(), machine.peak_bytes() + key_bytes(parameters, machine.keys()).resident,
          machine.counts().key_switches};
}

}  // namespace

base::Result<matrix::Tiling> query_tiling(const TrainingSpec& spec, const QueryShape& shape) {
  matrix::Tiling tiling = spec.tiling;
  tiling.rows = shape.rows;
  if (shape.plain) {
    tiling.features = shape.plain->features;
    tiling.classes = shape.plain->classes;
    tiling.class_group = 1;
  }
  if (tiling.rows == 0 || tiling.features == 0 || tiling.classes == 0) {
    return Error(ErrorCode::kInvalidArgument,
                 "a query must have rows, features and classes, at least one of each: 0");
  }
  const double operations = static_cast<double>(tiling.row_pairs()) *
                            static_cast<double>(tiling.feature_tiles()) *
                            static_cast<double>(tiling.classes);
  if (!(operations <= kMaxOperations)) {
    return Error(ErrorCode::kTooLarge,
                 "a query may take at most 2e6 ciphertext operations; ask for fewer rows at a "
                 "time: " +
                     std::to_string(tiling.rows) + " rows x " + std::to_string(tiling.features) +
                     " features x " + std::to_string(tiling.classes) + " classes");
  }
  return tiling;
}

namespace {

/// `shape` is that of a query that the plan can serve.
InferenceCosts count(const TrainingPlan& plan, const QueryShape& shape, const matrix::Tiling& rows,
                     std::size_t pairs_at_once) {
  const TrainingSpec& spec = plan.spec;
  const rlwe::Parameters parameters = rlwe::Parameters::make(plan.parameters).value();
  if (shape.plain) {
    CountingMachine machine(parameters, spec);
    count_plain(machine, spec, rows, pairs_at_once);
    return costs_of(parameters, machine);
  }
  if (!spec.refresh) {
    CountingMachine machine(parameters, spec);
    TrainingState<Value> state = trained_state(machine, plan);
    count_trained(machine, spec, rows, pairs_at_once, state);
    return costs_of(parameters, machine);
  }
  const auto refreshes = bootstrap::BootstrapParameters::make(spec.refresh->set).value();
  CountingMachine machine(refreshes, spec);
  TrainingState<Value> state = trained_state(machine, plan);
  count_trained(machine, spec, rows, pairs_at_once, state);
  InferenceCosts costs = costs_of(parameters, machine);
  if (costs.keys.encapsulation) {
    costs.peak_memory_bytes += refresh_cost(refreshes).matrix_bytes +
                               key_bytes(parameters, parameters.max_level()).resident;
  }
  return costs;
}

}  // namespace

base::Result<InferenceCosts> plan_inference(const TrainingPlan& plan, const QueryShape& shape,
                                            std::size_t pairs_at_once) {
  const Error unfit(ErrorCode::kInvalidArgument,
                    "the plan must keep levels and keys for logits of encrypted rows; make plan, "
                    "keys and upload with `blindfit plan --inference`");
  if ((!shape.plain && !plan.spec.inference) || plan.parameters.log_q.size() <= kQueryLevel) {
    return unfit;
  }
  const auto rows = query_tiling(plan.spec, shape);
  if (!rows) {
    return rows.error();
  }
  try {
    InferenceCosts costs = count(plan, shape, *rows, pairs_at_once);
    if (!covers(plan.keys, costs.keys)) {
      return unfit;
    }
    return costs;
  } catch (const Error& error) {
    return error;
  }
}

void count_inference(CountingMachine& machine, const TrainingSpec& spec,
                     TrainingState<Value>& state) {
  matrix::Tiling rows = spec.tiling;
  rows.rows = 2 * rows.tile.rows;
  count_trained(machine, spec, rows, 1, state);
}

}  // namespace blindfit::learn
