// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/training_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "blindfit/matrix/packing.h"
#include "blindfit/rlwe/security.h"

namespace blindfit::learn {
namespace {

using base::Error;
using base::ErrorCode;

/// The rings that a plan tries unless one is asked for.
constexpr unsigned kSmallestLogN = 13;
constexpr unsigned kLargestLogN = 16;
constexpr unsigned kFirstPrimeBits = 50;
constexpr unsigned kMaxPrimeBits = 50;
/// P exceeds every digit by this much, so that key switching adds less noise than rescaling does
/// (note 0003).
constexpr unsigned kSpecialMarginBits = 5;
constexpr double kWordBytes = sizeof(std::uint64_t);

double chain_bits(const rlwe::Parameters& p, std::size_t level) {
  double bits = 0;
  for (std::size_t i = 0; i <= level; ++i) {
    bits += static_cast<double>(std::bit_width(p.q_primes()[i]));
  }
  return bits;
}

double special_bits(const rlwe::Parameters& p) {
  double bits = 0;
  for (const std::uint64_t prime : p.p_primes()) {
    bits += static_cast<double>(std::bit_width(prime));
  }
  return bits;
}

struct KeyBytes {
  double file = 0;
  double resident = 0;
};

KeyBytes key_bytes(const rlwe::Parameters& p, std::size_t level) {
  const auto digits = static_cast<double>(p.digits(level));
  const auto n = static_cast<double>(p.n());
  const auto limbs = static_cast<double>(level + 1 + p.p_primes().size());
  return {digits * n * (chain_bits(p, level) + special_bits(p)) / 8,
          2 * digits * n * limbs * kWordBytes};
}

void add_key(const rlwe::Parameters& p, std::size_t level, PlanCosts& costs) {
  const KeyBytes bytes = key_bytes(p, level);
  costs.evaluation_key_bytes += bytes.file;
  costs.resident_key_bytes += bytes.resident;
}

void add_key_bytes(const rlwe::Parameters& p, const KeyRequirements& keys, PlanCosts& costs) {
  if (keys.relinearization) {
    add_key(p, *keys.relinearization, costs);
  }
  for (const auto& [element, level] : keys.galois) {
    add_key(p, level, costs);
  }
}

void add_upload(const rlwe::Parameters& p, std::size_t count, std::size_t level, PlanCosts& costs) {
  costs.ciphertexts_uploaded += count;
  costs.upload_bytes +=
      static_cast<double>(count) * static_cast<double>(p.n()) * chain_bits(p, level) / 8;
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
  const std::size_t depth = TrainingCircuit<CountingMachine>::depth(spec);
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

/// Primes for `levels` levels above q_0, with digits of `digit_size` primes and as few special
/// primes as cover one.
rlwe::ParametersLiteral literal_for(unsigned log_n, std::size_t levels, unsigned scale_bits,
                                    unsigned digit_size) {
  rlwe::ParametersLiteral literal;
  literal.log_n = log_n;
  literal.log_q = {kFirstPrimeBits};
  literal.log_q.resize(levels + 1, scale_bits);
  literal.digit_size = std::min<unsigned>(digit_size, static_cast<unsigned>(levels + 1));
  const unsigned digit_bits =
      kFirstPrimeBits + (literal.digit_size - 1) * scale_bits + kSpecialMarginBits;
  const unsigned count = (digit_bits + kMaxPrimeBits - 1) / kMaxPrimeBits;
  literal.log_p.assign(count, (digit_bits + count - 1) / count);
  return literal;
}

struct Candidate {
  unsigned log_n;
  unsigned digit_size;
  matrix::TileShape tile;
  std::size_t class_group;
};

/// None, and as many as there are classes: what lies between was never the fastest.
std::vector<std::size_t> class_groups(const TrainingSpec& spec) {
  constexpr std::size_t kLargest = 16;
  const std::size_t most = std::min(kLargest, std::bit_floor(spec.tiling.classes));
  return most > 1 ? std::vector<std::size_t>{1, most} : std::vector<std::size_t>{1};
}

/// Refreshes settle the ring and its primes, and with them the digits.
std::vector<Candidate> candidates(PlanRequest request) {
  if (request.spec.refresh) {
    request.log_n = request.spec.refresh->set.log_n;
    request.digit_size = request.spec.refresh->set.digit_size;
  }
  std::vector<Candidate> list;
  const std::vector<std::size_t> groups = class_groups(request.spec);
  const unsigned low = request.log_n.value_or(kSmallestLogN);
  const unsigned high = request.log_n.value_or(kLargestLogN);
  for (unsigned log_n = low; log_n <= high; ++log_n) {
    const std::size_t slots = std::size_t{1} << (log_n - 1);
    for (std::size_t f = 4; f <= slots; f *= 2) {
      const matrix::TileShape tile{slots / f, f};
      if (request.tile && *request.tile != tile) {
        continue;
      }
      // A tile twice as wide as the features, or four times as tall as the rows, is mostly padding.
      const bool wide =
          f / 2 >= std::max<std::size_t>(4, std::bit_ceil(request.spec.tiling.features));
      if (!request.tile && wide) {
        continue;
      }
      for (unsigned digit = request.digit_size.value_or(1);
           digit <= request.digit_size.value_or(16); ++digit) {
        for (const std::size_t group : groups) {
          list.push_back({log_n, digit, tile, group});
        }
      }
    }
  }
  return list;
}

unsigned bits_of(double scale) {
  return static_cast<unsigned>(std::lround(std::log2(scale)));
}

bool is_secure(const Candidate& candidate, const TrainingSpec& spec) {
  const std::size_t levels = required_levels(spec);
  // A lower bound that needs no primes, before the sum over real ones.
  const double least = static_cast<double>(levels) * (bits_of(spec.scale) - 1);
  return least < rlwe::max_log_qp(candidate.log_n) &&
         rlwe::Parameters::make(
             literal_for(candidate.log_n, levels, bits_of(spec.scale), candidate.digit_size))
             .ok();
}

/// The most iterations of `request` that some candidate holds at 128 bits.
std::size_t secure_iterations(PlanRequest request) {
  for (; !request.spec.steps.empty(); request.spec.steps.pop_back()) {
    for (const Candidate& candidate : candidates(request)) {
      TrainingSpec spec = request.spec;
      spec.tiling.tile = candidate.tile;
      spec.tiling.class_group = candidate.class_group;
      if (!check_spec(spec) && is_secure(candidate, spec)) {
        return spec.iterations();
      }
    }
  }
  return 0;
}

bool within_limits(const PlanRequest& request, const PlanCosts& costs) {
  return (!request.max_ciphertexts || costs.ciphertexts_uploaded <= *request.max_ciphertexts) &&
         (!request.max_key_bytes || costs.evaluation_key_bytes <= *request.max_key_bytes);
}

/// Why a plan that would do is not allowed; `least` is that with the fewest ciphertexts.
Error beyond_limits(const PlanRequest& request, const PlanCosts& least) {
  const auto mib = [](double bytes) {
    return std::to_string(std::lround(bytes / 0x1p20)) + " MiB of keys";
  };
  std::string limits;
  if (request.max_ciphertexts) {
    limits = std::to_string(*request.max_ciphertexts) + " ciphertexts";
  }
  if (request.max_key_bytes) {
    limits += (limits.empty() ? "" : ", ") + mib(*request.max_key_bytes);
  }
  return {ErrorCode::kInvalidArgument,
          "the limits must leave room for a plan; allow more, since the one with the fewest "
          "ciphertexts takes " +
              std::to_string(least.ciphertexts_uploaded) + " and " +
              mib(least.evaluation_key_bytes) + ": " + limits};
}

/// Why there is no plan at all.
Error unplannable(const PlanRequest& request, const std::optional<Error>& refusal) {
  if (!refusal) {
    return {ErrorCode::kInvalidArgument,
            "the tile must fill the slots of a ring; leave it open: none does"};
  }
  if (refusal->code() != ErrorCode::kInsecureParameters) {
    return *refusal;
  }
  const unsigned log_n = request.log_n.value_or(kLargestLogN);
  return {ErrorCode::kInsecureParameters,
          "128 bits of security allow log2(QP) = " +
              std::to_string(std::lround(rlwe::max_log_qp(log_n))) + " at log_n " +
              std::to_string(log_n) + ", which holds at most " +
              std::to_string(secure_iterations(request)) +
              " iterations of this kind; ask for fewer, for a lower degree or for fewer scale "
              "bits: " +
              std::to_string(request.spec.iterations())};
}

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
  plan.keys = machine.keys();
  add_key_bytes(parameters, plan.keys, costs);
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
  add_key(parameters.main(), parameters.main().max_level(), costs);
  add_key(parameters.tiny(), 0, costs);
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

UploadLevels upload_levels(const TrainingSpec& spec) {
  const std::size_t depth = TrainingCircuit<CountingMachine>::depth(spec);
  const std::size_t gradients = spec.iterations() - (spec.start == Start::kZero ? 1 : 0);
  UploadLevels levels;
  const std::size_t first_v = spec.refresh ? depth : gradients * depth;
  if (spec.start == Start::kZero) {
    levels.label_product = first_v + 1;
  } else {
    levels.start = first_v;
    levels.label_product = first_v - depth + 1;
  }
  const bool from_labels = spec.labels == LabelSource::kEncryptedLabels;
  if (from_labels) {
    levels.labels = levels.label_product + TrainingCircuit<CountingMachine>::label_depth(spec);
  }
  // V is multiplied once it is spread; labels are masked and multiplied one below.
  const std::size_t spread = ForwardPass<CountingMachine>::spread_depth(spec.tiling);
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

base::Result<TrainingPlan> complete_plan(const rlwe::ParametersLiteral& literal,
                                         const TrainingSpec& spec, const CostModel& cost) {
  return count_plan(literal, spec, cost, spec.tiling.row_pairs());
}

double streaming_memory(const TrainingPlan& plan, std::size_t pairs_at_once) {
  return count_plan(plan.parameters, plan.spec, {}, pairs_at_once).value().costs.peak_memory_bytes;
}

base::Result<TrainingPlan> plan_training(const PlanRequest& request, const CostModel& cost) {
  std::optional<TrainingPlan> best;
  std::optional<PlanCosts> beyond;  // of the plan with the fewest ciphertexts that is not allowed
  std::optional<Error> refusal;
  const unsigned scale_bits = bits_of(request.spec.scale);
  for (const Candidate& candidate : candidates(request)) {
    TrainingSpec spec = request.spec;
    spec.tiling.tile = candidate.tile;
    spec.tiling.class_group = candidate.class_group;
    if (auto error = check_spec(spec)) {
      if (!refusal) {
        refusal = error;
      }
      continue;
    }
    if (!spec.refresh && !is_secure(candidate, spec)) {
      refusal = Error(ErrorCode::kInsecureParameters, "");
      continue;
    }
    const rlwe::ParametersLiteral literal =
        spec.refresh
            ? bootstrap::instance_literals(spec.refresh->set).main
            : literal_for(candidate.log_n, required_levels(spec), scale_bits, candidate.digit_size);
    auto plan = complete_plan(literal, spec, cost);
    if (!plan) {
      refusal = plan.error();
      continue;
    }
    if (!within_limits(request, plan->costs)) {
      if (!beyond || plan->costs.ciphertexts_uploaded < beyond->ciphertexts_uploaded) {
        beyond = plan->costs;
      }
      continue;
    }
    if (!best || plan->costs.train_seconds < best->costs.train_seconds) {
      best = *plan;
    }
  }
  if (best) {
    return *best;
  }
  return beyond ? beyond_limits(request, *beyond) : unplannable(request, refusal);
}

}  // namespace blindfit::learn
