// SPDX-License-Identifier: Apache-2.0
// Cases of the training circuit's tests: small problems, and dense algebra written from
// paper.md 3.4.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "blindfit/learn/training_circuit.h"
#include "blindfit/learn/training_plan.h"
#include "blindfit/matrix/packing.h"

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

}  // namespace blindfit::learn::circuit_test
