// SPDX-License-Identifier: Apache-2.0
// Cases of the training circuit's tests: small problems, dense algebra written from paper.md 3.4,
// and what runs them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "blindfit/learn/training_circuit.h"
#include "blindfit/learn/training_plan.h"
#include "blindfit/matrix/packing.h"
#include "blindfit/testing/bootstrap_engine.h"
#include "blindfit/testing/engine.h"
#include "blindfit/testing/insecure_parameters.h"

namespace blindfit::learn::circuit_test {

struct Problem {
  std::vector<double> x;
  std::vector<int> labels;
  std::vector<double> b;      // preconditioner, one per feature
  std::vector<double> start;  // classes x features
};

/// A case of the circuit: tile, sizes and options.
struct Case {
  const char* name;
  matrix::Tiling tiling;
  LabelSource labels;
  Start start;
  bool preconditioner;
  std::size_t iterations;
  int extensions = 0;
  bool refreshed = false;
  Loss loss = Loss::kSle;
  std::size_t batches = 1;
  double decay = 0;
  std::size_t pairs_at_once = 100;
  bool inference = false;
};

inline double noise(std::size_t i) {
  return std::sin(12.9898 * static_cast<double>(i + 1)) * 0.9;
}

inline Problem make_problem(const matrix::Tiling& tiling) {
  Problem p;
  for (std::size_t i = 0; i < tiling.rows * tiling.features; ++i) {
    p.x.push_back(noise(i));
  }
  for (std::size_t i = 0; i < tiling.rows; ++i) {
    p.labels.push_back(static_cast<int>(i * 7 % tiling.classes));
  }
  for (std::size_t j = 0; j < tiling.features; ++j) {
    p.b.push_back(0.05 + 0.01 * static_cast<double>(j % 5));
  }
  for (std::size_t i = 0; i < tiling.classes * tiling.features; ++i) {
    p.start.push_back(0.1 * noise(i + 99));
  }
  return p;
}

/// P - label_offset of one row. Without V, zero.
inline std::vector<double> errors_of_row(const TrainingSpec& spec, const Problem& p, std::size_t i,
                                         const std::vector<double>* v) {
  const std::size_t features = spec.tiling.features;
  std::vector<double> z(spec.tiling.classes, 0.0);
  if (v == nullptr) {
    return z;
  }
  for (std::size_t k = 0; k < z.size(); ++k) {
    for (std::size_t j = 0; j < features; ++j) {
      z[k] += p.x[i * features + j] * (*v)[k * features + j];
    }
  }
  if (spec.loss == Loss::kSoftmax) {
    return (*spec.softmax)(z);
  }
  for (double& value : z) {
    value = spec.loss == Loss::kMse ? value : spec.activation.odd_part(value);
  }
  return z;
}

/// B * (Y - P)^T X over the rows of a batch, plain loops. Without V, P = label_offset.
inline std::vector<double> gradient(const TrainingSpec& spec, const Problem& p, std::size_t batch,
                                    const std::vector<double>* v) {
  const std::size_t rows = spec.tiling.rows;
  const std::size_t features = spec.tiling.features;
  const std::size_t classes = spec.tiling.classes;
  const std::size_t pair = 2 * spec.tiling.tile.rows;
  const std::size_t pairs = (rows + pair - 1) / pair;
  const std::size_t first = batch * pairs / spec.batches * pair;
  const std::size_t last = std::min(rows, (batch + 1) * pairs / spec.batches * pair);
  const double offset = spec.loss == Loss::kSle ? 0.5 : 1.0 / static_cast<double>(classes);
  std::vector<double> g(classes * features, 0.0);
  for (std::size_t i = first; i < last; ++i) {
    const std::vector<double> error = errors_of_row(spec, p, i, v);
    for (std::size_t k = 0; k < classes; ++k) {
      const double residual = (p.labels[i] == static_cast<int>(k) ? 1 : 0) - offset - error[k];
      for (std::size_t j = 0; j < features; ++j) {
        g[k * features + j] +=
            residual * p.x[i * features + j] * (spec.encrypted_preconditioner ? p.b[j] : 1.0);
      }
    }
  }
  return g;
}

/// Rows of the whole over rows of iteration t's batch.
inline double weight_of_batch(const TrainingSpec& spec, std::size_t t) {
  const std::size_t pairs = spec.tiling.row_pairs();
  const std::size_t batch = t % spec.batches;
  const auto upto = [&](std::size_t n) {
    return static_cast<double>(
        std::min(spec.tiling.rows, n * pairs / spec.batches * 2 * spec.tiling.tile.rows));
  };
  return upto(spec.batches) / (upto(batch + 1) - upto(batch));
}

/// W after every iteration.
inline std::vector<std::vector<double>> dense_training(const TrainingSpec& spec, const Problem& p) {
  const std::size_t size = spec.tiling.classes * spec.tiling.features;
  const bool zero = spec.start == Start::kZero;
  std::vector<double> w = zero ? std::vector<double>(size, 0.0) : p.start;
  std::vector<double> v = w;
  std::vector<std::vector<double>> history;
  for (std::size_t t = 0; t < spec.iterations(); ++t) {
    const std::vector<double> g =
        gradient(spec, p, t % spec.batches, zero && t == 0 ? nullptr : &v);
    const double rate = spec.steps[t].rate * weight_of_batch(spec, t);
    std::vector<double> next(size);
    for (std::size_t i = 0; i < size; ++i) {
      next[i] = (1 - spec.steps[t].decay) * w[i] + rate * g[i];
      w[i] = (1 - spec.steps[t].eta) * next[i] + spec.steps[t].eta * v[i];
    }
    v = next;
    history.push_back(w);
  }
  return history;
}

inline matrix::MatrixView view(const std::vector<double>& m, std::size_t rows) {
  return {m.data(), rows, m.size() / rows};
}

/// Slot vectors of every upload, through `encode(slots, level, scale)`.
template <typename Value, typename Encode>
TrainingInputs<Value> make_inputs(const TrainingSpec& spec, const Problem& p,
                                  const UploadLevels& levels, Encode encode,
                                  std::size_t pairs_at_once = 100) {
  const matrix::Tiling& tiling = spec.tiling;
  const auto weights = [&](const std::vector<double>& m) {
    matrix::Slots slots = matrix::pack_weights(tiling, view(m, tiling.classes));
    matrix::multiply_slots(slot_signs(spec), slots);
    return slots;
  };
  TrainingInputs<Value> in;
  std::vector<Value> tiles;
  for (std::size_t pair = 0; pair < tiling.row_pairs(); ++pair) {
    for (std::size_t t = 0; t < tiling.feature_tiles(); ++t) {
      tiles.push_back(encode(matrix::pack_data(tiling, view(p.x, tiling.rows), pair, t),
                             levels.data, spec.scale));
    }
    if (spec.labels == LabelSource::kEncryptedLabels) {
      in.labels.push_back(encode(
          matrix::pack_labels(tiling, p.labels, label_offset(spec.loss, tiling.classes), pair),
          levels.labels, spec.scale));
    }
  }
  in.data = resident_data(tiling, std::move(tiles));
  in.data.pairs_at_once = pairs_at_once;
  for (std::size_t batch = 0; spec.labels == LabelSource::kUploadedProduct && batch < spec.batches;
       ++batch) {
    in.label_products.push_back(
        encode(weights(gradient(spec, p, batch, nullptr)), levels.label_product, spec.scale));
  }
  if (spec.encrypted_preconditioner) {
    std::vector<double> b;
    for (std::size_t k = 0; k < tiling.classes; ++k) {
      b.insert(b.end(), p.b.begin(), p.b.end());
    }
    in.preconditioner = encode(matrix::pack_weights(tiling, view(b, tiling.classes)),
                               levels.preconditioner, spec.scale * kPreconditionerGain);
  }
  if (spec.start == Start::kEncrypted) {
    in.start = encode(weights(p.start), levels.start, spec.scale);
  }
  return in;
}

inline unsigned log_n_of(const TrainingSpec& spec) {
  return static_cast<unsigned>(std::lround(std::log2(spec.tiling.tile.slots()))) + 1;
}

/// Usable levels for exactly one iteration.
inline RefreshSpec make_refresh(const TrainingSpec& spec) {
  RefreshSpec refresh;
  refresh.set = blindfit::testing::small_bootstrap_set(log_n_of(spec));
  refresh.set.usable.count = refreshed_depth(spec);
  refresh.weight_bound = 3;
  refresh.signs = base::Seed{7};
  return refresh;
}

inline TrainingSpec make_spec(const Case& c) {
  TrainingSpec spec;
  spec.tiling = c.tiling;
  // 0.25 z - 0.01 z^3 on [-4, 4].
  const std::vector<double> monomials = {0, 0.25, 0, -0.01};
  spec.activation = {circuits::chebyshev_from_monomials(monomials, 4), 4, {1.5, c.extensions}};
  // Without B, the rate itself keeps the steps short and the logits inside the domain; a batch's
  // gradient is multiplied by their number, and a squared error has four times the curvature.
  const double rate = (c.preconditioner ? 1 : 0.05) / static_cast<double>(c.batches) *
                      (c.loss == Loss::kMse ? 0.25 : 1);
  for (std::size_t t = 0; t < c.iterations; ++t) {
    spec.steps.push_back(
        {rate * (1 + 0.5 / static_cast<double>(t + 1)), t == 0 ? 0.3 : -0.2, c.decay});
  }
  spec.loss = c.loss;
  spec.batches = c.batches;
  if (c.loss == Loss::kSoftmax) {
    spec.softmax = make_softmax({c.tiling.classes, 6, 1e-2}).value();
  }
  spec.labels = c.labels;
  spec.start = c.start;
  spec.encrypted_preconditioner = c.preconditioner;
  spec.inference = c.inference;
  if (c.refreshed) {
    spec.refresh = make_refresh(spec);
  }
  return spec;
}

/// Runs all iterations and returns what holds the packed W of each.
template <typename Machine>
std::vector<typename Machine::Value> train(Machine& machine, const TrainingSpec& spec,
                                           const TrainingInputs<typename Machine::Value>& in) {
  TrainingCircuit<Machine> circuit(machine, spec);
  const auto products = circuit.label_products(in);
  TrainingState<typename Machine::Value> state{in.start, in.start, std::nullopt};
  std::vector<typename Machine::Value> history;
  for (std::size_t t = 0; t < spec.iterations(); ++t) {
    circuit.step(in, products, t, state);
    history.push_back(spec.refresh ? *state.both : *state.w);
  }
  return history;
}

inline double worst_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    worst = std::max(worst, std::abs(a[i] - b[i]));
  }
  return worst;
}

inline rlwe::ParametersLiteral literal_of(const TrainingSpec& spec) {
  if (spec.refresh) {
    return bootstrap::instance_literals(spec.refresh->set).main;
  }
  rlwe::ParametersLiteral literal{log_n_of(spec), {50}, {50, 50, 50}, 0};
  literal.log_q.resize(required_levels(spec) + 1, 40);
  return literal;
}

/// The planner's machine with what it refers to.
class Counter {
 public:
  explicit Counter(const TrainingSpec& spec)
      : parameters_(blindfit::testing::InsecureParameters::make(literal_of(spec))) {
    if (spec.refresh) {
      refreshes_ = blindfit::testing::InsecureParameters::make_bootstrap(spec.refresh->set);
      machine_.emplace(*refreshes_, spec);
    } else {
      machine_.emplace(parameters_, spec);
    }
  }
  [[nodiscard]] CountingMachine& machine() { return *machine_; }

 private:
  rlwe::Parameters parameters_;
  std::optional<bootstrap::BootstrapParameters> refreshes_;
  std::optional<CountingMachine> machine_;
};

/// Levels, scales and keys of a whole run.
inline void count(CountingMachine& machine, const TrainingSpec& spec, const Problem& problem) {
  train(machine, spec,
        make_inputs<CountingMachine::Value>(
            spec, problem, upload_levels(spec),
            [&](const matrix::Slots&, std::size_t level, double scale) {
              return machine.make(level, scale);
            }));
}

/// Exactly the planned keys, each only up to its planned level.
inline void add_keys(const KeyRequirements& keys, blindfit::testing::Engine& engine) {
  if (keys.relinearization) {
    engine.add_relinearization_key(*keys.relinearization);
  }
  for (const auto& [element, level] : keys.galois) {
    engine.add_galois_key(element, level);
  }
}

// Slot noise of a rescaled product is about sqrt(N/18) sqrt(N) 2^-40 < 2^-31 here; sums over rows,
// features and iterations multiply it by less than 2^9, six sigma by 2^3.
inline constexpr double kTolerance = 0x1p-19;

}  // namespace blindfit::learn::circuit_test
