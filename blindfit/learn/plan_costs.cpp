// SPDX-License-Identifier: Apache-2.0
// What a training run takes: the circuit is run on levels alone, and everything is added up.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "blindfit/learn/inference_plan.h"
#include "blindfit/learn/training_plan.h"
#include "blindfit/matrix/packing.h"

namespace blindfit::learn {
namespace {

using base::Error;
using base::ErrorCode;

void add_keys(const KeyBytes& bytes, PlanCosts& costs) {
  costs.evaluation_key_bytes += bytes.file;
  costs.resident_key_bytes += bytes.resident;
}

void add_upload(const rlwe::Parameters& p, std::size_t count, std::size_t level, PlanCosts& costs) {
  costs.ciphertexts_uploaded += count;
  costs.upload_bytes +=
      static_cast<double>(count) * static_cast<double>(p.n()) * chain_bits(p.literal(), level) / 8;
}

TrainingInputs<CountingMachine::Value> make_inputs(CountingMachine& machine,
                                                   const TrainingSpec& spec,
                                                   const UploadLevels& levels,
                                                   const rlwe::Parameters& p,
                                                   std::size_t pairs_at_once, PlanCosts& costs) {
  const matrix::Tiling& tiling = spec.tiling;
  const auto make = [&machine](std::size_t count, std::size_t level, double scale) {
    std::vector<CountingMachine::Value> values;
    for (std::size_t i = 0; i < count; ++i) {
      values.push_back(machine.make(level, scale));
    }
    return values;
  };
  TrainingInputs<CountingMachine::Value> in;
  const std::size_t tiles = tiling.row_pairs() * tiling.feature_tiles();
  if (pairs_at_once < tiling.row_pairs()) {
    in.data = {pairs_at_once, [&tiling, &levels, &spec, make](matrix::PairRange pairs) {
                 const auto block = std::make_shared<const std::vector<CountingMachine::Value>>(
                     make(pairs.size() * tiling.feature_tiles(), levels.data, spec.scale));
                 return DataBlock<CountingMachine::Value>{*block, block};
               }};
  } else {
    in.data = resident_data(tiling, make(tiles, levels.data, spec.scale));
  }
  add_upload(p, tiles, levels.data, costs);
  if (spec.labels == LabelSource::kEncryptedLabels) {
    in.labels = make(tiling.row_pairs(), levels.labels, spec.scale);
    add_upload(p, tiling.row_pairs(), levels.labels, costs);
  } else {
    in.label_products = make(spec.batches, levels.label_product, spec.scale);
    add_upload(p, spec.batches, levels.label_product, costs);
  }
  if (spec.encrypted_preconditioner) {
    in.preconditioner = machine.make(levels.preconditioner, spec.scale * kPreconditionerGain);
    add_upload(p, 1, levels.preconditioner, costs);
  }
  if (spec.start == Start::kEncrypted) {
    in.start = machine.make(levels.start, spec.scale);
    add_upload(p, 1, levels.start, costs);
  }
  return in;
}

/// Counting a plan costs about a microsecond for each of these, and received plans are counted too.
constexpr double kMaxOperations = 2e6;

double operations(const TrainingSpec& spec) {
  const matrix::Tiling& t = spec.tiling;
  const auto lanes = static_cast<double>(t.lanes());
  const auto pairs = static_cast<double>(t.row_pairs());
  // Labels of all pairs once, and a batch of them an iteration.
  const double visits =
      pairs * (1 + static_cast<double>(spec.iterations()) / static_cast<double>(spec.batches));
  return visits * (static_cast<double>(t.classes) + lanes) +
         static_cast<double>(spec.iterations() + 1) * lanes;
}

/// The refreshes of `spec`, whose main parameters must be `literal`.
base::Result<bootstrap::BootstrapParameters> check_refreshes(const rlwe::ParametersLiteral& literal,
                                                             const TrainingSpec& spec) {
  auto parameters = bootstrap::BootstrapParameters::make(spec.refresh->set);
  if (!parameters) {
    return parameters;
  }
  if (parameters->main().literal() != literal) {
    return Error(ErrorCode::kInvalidArgument,
                 "the parameters of training must be those of its refreshes: log_n " +
                     std::to_string(literal.log_n));
  }
  if (spec.scale != std::exp2(spec.refresh->set.usable.bits)) {
    return Error(ErrorCode::kInvalidArgument,
                 "weights must stand at the scale of the usable levels, 2^" +
                     std::to_string(spec.refresh->set.usable.bits) + ": 2^" +
                     std::to_string(std::log2(spec.scale)));
  }
  const std::size_t usable = parameters->layout().output;
  const std::size_t depth = refreshed_depth(spec);
  if (depth > usable) {
    return Error(ErrorCode::kLevelExhausted,
                 "an iteration may take " + std::to_string(usable) +
                     " levels, what a refresh leaves; ask for a lower degree or fewer domain "
                     "extensions: " +
                     std::to_string(depth));
  }
  // Above, primes are larger than the scale, and products would lose what they are larger by.
  const std::size_t fine = parameters->layout().slots_to_coeffs;
  if (upload_levels(spec).labels > fine) {
    return Error(ErrorCode::kLevelExhausted,
                 "encrypted labels may stand at level " + std::to_string(fine) +
                     " at most; upload their product with the data instead: " +
                     std::to_string(upload_levels(spec).labels));
  }
  return parameters;
}

}  // namespace

std::optional<Error> check_spec(const TrainingSpec& spec) {
  if (spec.iterations() == 0) {
    return Error(ErrorCode::kInvalidArgument, "iterations must be at least 1: 0");
  }
  const matrix::Tiling& tiling = spec.tiling;
  if (tiling.rows == 0 || tiling.features == 0 || tiling.classes == 0) {
    return Error(ErrorCode::kInvalidArgument, "rows, features and classes must be positive: 0");
  }
  if (!tiling.fits()) {
    return Error(ErrorCode::kInvalidArgument,
                 "the weights must fit one ciphertext, and classes go in groups of a power of "
                 "two; use fewer classes or keep fewer "
                 "components: " +
                     std::to_string(tiling.classes) + " classes x " +
                     std::to_string(tiling.features) + " features");
  }
  if (spec.batches == 0 || spec.batches > tiling.row_pairs()) {
    return Error(ErrorCode::kInvalidArgument,
                 "batches must be between 1 and " + std::to_string(tiling.row_pairs()) +
                     ", the pairs of row tiles; ask for fewer: " + std::to_string(spec.batches));
  }
  const bool softmax = spec.loss == Loss::kSoftmax;
  if (softmax != spec.softmax.has_value() ||
      (softmax && spec.softmax->spec.classes != tiling.classes)) {
    return Error(ErrorCode::kInvalidArgument,
                 "a softmax must be there for its loss and cover all classes: " +
                     std::to_string(spec.softmax ? spec.softmax->spec.classes : 0));
  }
  if (operations(spec) > kMaxOperations) {
    return Error(ErrorCode::kTooLarge,
                 "a plan may take at most 2e6 ciphertext operations; train on fewer rows or "
                 "components, or in parts: " +
                     std::to_string(tiling.rows) + " rows x " + std::to_string(tiling.features) +
                     " features x " + std::to_string(tiling.classes) + " classes");
  }
  if (spec.labels == LabelSource::kEncryptedLabels &&
      matrix::label_period(tiling) > tiling.tile.features) {
    return Error(ErrorCode::kInvalidArgument,
                 "a tile must have a feature per class for encrypted labels: " +
                     std::to_string(tiling.tile.features));
  }
  return std::nullopt;
}

UploadLevels upload_levels(const TrainingSpec& spec) {
  const std::size_t depth = iteration_depth(spec);
  const std::size_t gradients = spec.iterations() - (spec.start == Start::kZero ? 1 : 0);
  UploadLevels levels;
  const std::size_t first_v = spec.refresh ? depth : gradients * depth + weights_level(spec);
  if (spec.start == Start::kZero) {
    levels.label_product = first_v + 1;
  } else {
    levels.start = first_v;
    levels.label_product = first_v - depth + 1;
  }
  const bool from_labels = spec.labels == LabelSource::kEncryptedLabels;
  if (from_labels) {
    levels.labels = levels.label_product + 1 + gradient_depth(spec.tiling);
  }
  // V is multiplied once it is spread; labels are masked and multiplied one below.
  const std::size_t spread = spread_depth(spec.tiling);
  levels.data =
      std::max(gradients == 0 ? 0 : first_v - spread, from_labels ? levels.labels - 1 : 0);
  // The preconditioner meets its mask one level above the pack product.
  const std::size_t iteration_use = gradients == 0 ? 0 : first_v - depth + 2;
  levels.preconditioner = std::max(iteration_use, from_labels ? levels.label_product + 2 : 0);
  return levels;
}

std::size_t required_levels(const TrainingSpec& spec) {
  const UploadLevels levels = upload_levels(spec);
  return std::max(
      {levels.data, levels.labels, levels.label_product, levels.preconditioner, levels.start});
}

namespace {

/// Runs the circuit on levels alone and adds up what it takes.
void count_training(const rlwe::Parameters& parameters, CountingMachine& machine,
                    const CostModel& cost, std::size_t pairs_at_once, TrainingPlan& plan) {
  PlanCosts& costs = plan.costs;
  const auto seconds = [&] { return cost.seconds(machine.counts(), parameters.log_n()); };
  TrainingCircuit<CountingMachine> circuit(machine, plan.spec);
  const auto in = make_inputs(machine, plan.spec, plan.levels, parameters, pairs_at_once, costs);
  const auto products = circuit.label_products(in);
  costs.setup_seconds = seconds();
  TrainingState<CountingMachine::Value> state{in.start, in.start, std::nullopt};
  for (std::size_t t = 0; t < plan.spec.iterations(); ++t) {
    circuit.step(in, products, t, state);
  }
  costs.train_seconds = seconds();
  costs.iteration_seconds =
      (costs.train_seconds - costs.setup_seconds) / static_cast<double>(plan.spec.iterations());
  costs.key_switches = machine.counts().key_switches;
  costs.refreshes = machine.counts().refreshes;
  if (plan.spec.inference) {
    count_inference(machine, plan.spec, state);  // for its keys; what it takes is not training's
  }
  plan.keys = machine.keys();
  add_keys(key_bytes(parameters, plan.keys), costs);
  costs.peak_memory_bytes = costs.resident_key_bytes + machine.peak_bytes();
}

/// Matrices, and the keys to the sparse secret and back, if anything is refreshed.
void add_refreshes(const bootstrap::BootstrapParameters& parameters, const CostModel& cost,
                   TrainingPlan& plan) {
  if (!plan.keys.encapsulation) {
    return;
  }
  const RefreshCost refreshes = refresh_cost(parameters);
  PlanCosts& costs = plan.costs;
  costs.refresh_key_switches = refreshes.refresh.key_switches;
  const double before = costs.resident_key_bytes;
  add_keys(key_bytes(parameters.main(), parameters.main().max_level()), costs);
  add_keys(key_bytes(parameters.tiny(), std::size_t{0}), costs);
  costs.peak_memory_bytes += costs.resident_key_bytes - before + refreshes.matrix_bytes;
  const double seconds = cost.seconds(refreshes.setup, parameters.main().log_n());
  costs.setup_seconds += seconds;
  costs.train_seconds += seconds;
}

/// With `pairs_at_once` row pairs of X in memory.
base::Result<TrainingPlan> count_plan(const rlwe::ParametersLiteral& literal,
                                      const TrainingSpec& spec, const CostModel& cost,
                                      std::size_t pairs_at_once) {
  if (auto error = check_spec(spec)) {
    return *error;
  }
  const auto parameters = rlwe::Parameters::make(literal);
  if (!parameters) {
    return parameters.error();
  }
  if (parameters->slots() != spec.tiling.tile.slots()) {
    return Error(ErrorCode::kInvalidArgument,
                 "a tile must fill the slots: " + std::to_string(spec.tiling.tile.slots()));
  }
  TrainingPlan plan{literal, spec, upload_levels(spec), {}, {}};
  try {
    if (required_levels(spec) > parameters->max_level()) {
      return Error(ErrorCode::kLevelExhausted,
                   "the chain must have " + std::to_string(required_levels(spec)) +
                       " levels: " + std::to_string(parameters->max_level()));
    }
    if (spec.refresh) {
      const bootstrap::BootstrapParameters refreshes = check_refreshes(literal, spec).value();
      CountingMachine machine(refreshes, plan.spec);
      count_training(*parameters, machine, cost, pairs_at_once, plan);
      add_refreshes(refreshes, cost, plan);
    } else {
      CountingMachine machine(*parameters, plan.spec);
      count_training(*parameters, machine, cost, pairs_at_once, plan);
    }
  } catch (const Error& error) {
    return error;
  }
  return plan;
}

}  // namespace

base::Result<TrainingPlan> complete_plan(const rlwe::ParametersLiteral& literal,
                                         const TrainingSpec& spec, const CostModel& cost) {
  return count_plan(literal, spec, cost, spec.tiling.row_pairs());
}

double streaming_memory(const TrainingPlan& plan, std::size_t pairs_at_once) {
  return count_plan(plan.parameters, plan.spec, {}, pairs_at_once).value().costs.peak_memory_bytes;
}

}  // namespace blindfit::learn
