// SPDX-License-Identifier: Apache-2.0
// Logits of encrypted rows on the three machines against dense algebra, by the weights of a
// training run and by plain ones.
#include "blindfit/learn/inference.h"

#include <gtest/gtest.h>

#include "blindfit/learn/cipher_machine.h"
#include "blindfit/learn/inference_plan.h"
#include "blindfit/learn/slot_machine.h"
#include "blindfit/learn/training_circuit_test_cases.h"
#include "blindfit/testing/decrypting_refresher.h"

namespace blindfit::learn {
namespace {

using namespace circuit_test;

/// A training run, and the query that follows it.
struct InferenceCase {
  Case training;
  std::size_t rows;
  std::optional<PlainHeadShape> plain = {};
};

/// Features of the query's rows.
std::vector<double> query_rows(const matrix::Tiling& rows) {
  std::vector<double> x;
  for (std::size_t i = 0; i < rows.rows * rows.features; ++i) {
    x.push_back(noise(1000 + i));
  }
  return x;
}

std::vector<double> dense_logits(const matrix::Tiling& rows, const std::vector<double>& x,
                                 const std::vector<double>& weights) {
  std::vector<double> z(rows.rows * rows.classes, 0.0);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t k = 0; k < rows.classes; ++k) {
      for (std::size_t j = 0; j < rows.features; ++j) {
        z[i * rows.classes + k] += x[i * rows.features + j] * weights[k * rows.features + j];
      }
    }
  }
  return z;
}

template <typename Value, typename Encode>
DataSource<Value> query_source(const matrix::Tiling& rows, const std::vector<double>& x,
                               double scale, Encode encode) {
  std::vector<Value> tiles;
  for (std::size_t pair = 0; pair < rows.row_pairs(); ++pair) {
    for (std::size_t t = 0; t < rows.feature_tiles(); ++t) {
      tiles.push_back(
          encode(matrix::pack_data(rows, view(x, rows.rows), pair, t), kQueryLevel, scale));
    }
  }
  return resident_data(rows, std::move(tiles));
}

/// Logits of the query by the W of every iteration of a training run on the way.
template <typename Machine, typename Encode>
std::vector<std::vector<typename Machine::Value>> train_and_infer(Machine& machine,
                                                                  const TrainingSpec& spec,
                                                                  const matrix::Tiling& rows,
                                                                  Encode encode) {
  using Value = typename Machine::Value;
  const auto in = make_inputs<Value>(spec, make_problem(spec.tiling), upload_levels(spec), encode);
  const auto source = query_source<Value>(rows, query_rows(rows), spec.scale, encode);
  TrainingCircuit<Machine> circuit(machine, spec);
  Inference<Machine> inference(machine, rows, spec.scale);
  const auto products = circuit.label_products(in);
  TrainingState<Value> state{in.start, in.start, std::nullopt};
  std::vector<std::vector<Value>> history;
  for (std::size_t t = 0; t < spec.iterations(); ++t) {
    circuit.step(in, products, t, state);
    history.push_back(inference(source, circuit.weights(state, t + 1)));
  }
  return history;
}

/// Logits from `slots_of` every value; slots without a logit must stay below `tolerance`.
template <typename Value, typename SlotsOf>
std::vector<double> unpack(const matrix::Tiling& rows, const std::vector<Value>& values,
                           SlotsOf slots_of, double tolerance) {
  const std::size_t parts = matrix::logit_parts(rows);
  EXPECT_EQ(values.size(), rows.row_pairs() * parts);
  std::vector<double> z(rows.rows * rows.classes, std::nan(""));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const matrix::Slots slots = slots_of(values[i]);
    matrix::unpack_logits(rows, {i / parts, i % parts}, slots, z);
    EXPECT_LT(matrix::largest_unused_logit(rows, {i / parts, i % parts}, slots), tolerance);
  }
  return z;
}

class InferenceOf : public ::testing::TestWithParam<InferenceCase> {
 protected:
  InferenceOf()
      : spec_(make_spec(GetParam().training)),
        rows_(query_tiling(spec_, {GetParam().rows, std::nullopt}).value()),
        weights_(dense_training(spec_, make_problem(spec_.tiling))) {}

  [[nodiscard]] std::vector<double> expected(std::size_t t) const {
    return dense_logits(rows_, query_rows(rows_), weights_[t]);
  }

  TrainingSpec spec_;
  matrix::Tiling rows_;
  std::vector<std::vector<double>> weights_;  // after every iteration
};

TEST_P(InferenceOf, EqualsDenseAlgebraOnSlots) {
  SlotMachine machine(spec_);
  const auto measured = train_and_infer(
      machine, spec_, rows_, [](matrix::Slots slots, std::size_t, double) { return slots; });
  // That of the training circuit's weights times fewer than 100 features.
  constexpr double kSlotTolerance = 5e-10;
  for (std::size_t t = 0; t < measured.size(); ++t) {
    const auto z = unpack(
        rows_, measured[t], [](const auto& slots) { return slots; }, 1e-12);
    EXPECT_LT(worst_difference(z, expected(t)), kSlotTolerance) << t;
  }
}

TEST_P(InferenceOf, FollowsDenseAlgebraOnCiphertextsWithThePlannedKeys) {
  Counter counter(spec_);
  CountingMachine& planner = counter.machine();
  count(planner, spec_, make_problem(spec_.tiling));
  const std::size_t refreshes = planner.counts().refreshes;
  TrainingState<CountingMachine::Value> trained;
  trained.w = planner.make(weights_level(spec_), spec_.scale);
  trained.both = planner.make(0, spec_.scale);
  count_inference(planner, spec_, trained);
  blindfit::testing::Engine engine(literal_of(spec_));
  add_keys(planner.keys(), engine);
  base::ThreadPool pool(2);
  circuits::RefreshContract contract;
  if (spec_.refresh) {
    contract.log_slots = log_n_of(spec_) - 1;
    contract.max_input_scale = {0x1p49};
    contract.max_magnitude = 0.5;
    contract.output_level = spec_.refresh->set.usable.count;
    contract.output_scale = {spec_.scale};
  }
  const blindfit::testing::DecryptingRefresher refresher(engine, contract);
  CipherMachine machine(engine.encoder(), engine.keys(), spec_, pool, {&refresher, 0});
  const auto measured = train_and_infer(
      machine, spec_, rows_, [&](const matrix::Slots& slots, std::size_t level, double scale) {
        return engine.encrypt(slots, ckks::Scale{scale}, level);
      });
  // Features are below 1.
  const double coarser = spec_.refresh ? spec_.refresh->unit() : 1;
  const double tolerance = kTolerance * coarser * static_cast<double>(rows_.features);
  const auto decrypt = [&](const ckks::Ciphertext& ct) {
    EXPECT_EQ(ct.level(), 0U);
    return engine.decrypt(ct);
  };
  for (std::size_t t = 0; t < measured.size(); ++t) {
    const std::vector<double> z = unpack(rows_, measured[t], decrypt, tolerance);
    EXPECT_LT(worst_difference(z, expected(t)), tolerance) << t;
    if (t > 0) {  // logits of other weights are no match
      EXPECT_GT(worst_difference(z, expected(t - 1)), 10 * tolerance) << t;
    }
  }
  // The one that a step needs is used for logits, too; only the last weights take one more.
  EXPECT_EQ(refresher.count(), refreshes + (spec_.refresh ? 1 : 0));
}

constexpr auto kProduct = LabelSource::kUploadedProduct;
constexpr auto kLabels = LabelSource::kEncryptedLabels;

Case levelled(const char* name, matrix::Tiling tiling, std::size_t iterations) {
  Case c{name, tiling, kProduct, Start::kZero, false, iterations};
  c.inference = true;
  return c;
}

Case refreshed(const char* name, matrix::Tiling tiling, Loss loss = Loss::kSle) {
  Case c = levelled(name, tiling, 4);
  c.refreshed = true;
  c.loss = loss;
  return c;
}

Case paper_like() {
  Case c = levelled("from_labels", {{32, 16}, 60, 20, 3}, 2);
  c.labels = kLabels;
  c.start = Start::kEncrypted;
  c.preconditioner = true;
  return c;
}

const InferenceCase kCases[] = {
    {levelled("pairs", {{32, 16}, 60, 20, 3}, 2), 150},
    {levelled("product_alone", {{32, 16}, 20, 13, 4}, 1), 20},
    {levelled("more_classes_than_a_tile_has_features", {{64, 8}, 50, 15, 10}, 2), 70},
    {levelled("grouped_by_four", {{64, 8}, 50, 15, 7, 4}, 2), 200},
    {paper_like(), 33},
    {refreshed("refreshed", {{32, 16}, 60, 20, 3}), 100},
    {refreshed("grouped_refreshed", {{32, 16}, 60, 20, 4, 4}), 1},
    {refreshed("squared_error_refreshed", {{16, 32}, 60, 20, 3}, Loss::kMse), 17},
};
INSTANTIATE_TEST_SUITE_P(Cases, InferenceOf, ::testing::ValuesIn(kCases), [](const auto& instance) {
  return std::string(instance.param.training.name);
});

TEST(PlainInference, FollowsDenseAlgebraOnCiphertextsWithTheKeysOfTraining) {
  const Case training = levelled("", {{32, 16}, 60, 20, 3}, 2);
  const TrainingSpec spec = make_spec(training);
  const matrix::Tiling rows = query_tiling(spec, {90, PlainHeadShape{37, 19}}).value();
  Counter counter(spec);
  count(counter.machine(), spec, make_problem(spec.tiling));
  blindfit::testing::Engine engine(literal_of(spec));
  add_keys(counter.machine().keys(), engine);
  base::ThreadPool pool(2);
  CipherMachine machine(engine.encoder(), engine.keys(), spec, pool);
  std::vector<double> weights;
  for (std::size_t i = 0; i < rows.classes * rows.features; ++i) {
    weights.push_back(noise(i));
  }
  const std::vector<double> x = query_rows(rows);
  const auto source = query_source<ckks::Ciphertext>(
      rows, x, spec.scale, [&](const matrix::Slots& slots, std::size_t level, double scale) {
        return engine.encrypt(slots, ckks::Scale{scale}, level);
      });
  const auto measured =
      Inference<CipherMachine>(machine, rows, spec.scale)(source, view(weights, rows.classes));
  const auto decrypt = [&](const ckks::Ciphertext& ct) { return engine.decrypt(ct); };
  const double tolerance = kTolerance * static_cast<double>(rows.features);
  const std::vector<double> z = unpack(rows, measured, decrypt, tolerance);
  EXPECT_LT(worst_difference(z, dense_logits(rows, x, weights)), tolerance);
}

TEST(QueryTiling, RefusesNothingAndTooMuch) {
  const TrainingSpec spec = make_spec(levelled("", {{32, 16}, 60, 20, 3}, 2));
  EXPECT_EQ(query_tiling(spec, {0, std::nullopt}).error().code(),
            base::ErrorCode::kInvalidArgument);
  EXPECT_EQ(query_tiling(spec, {1, PlainHeadShape{0, 3}}).error().code(),
            base::ErrorCode::kInvalidArgument);
  const std::size_t many = std::size_t{1} << 32U;
  EXPECT_EQ(query_tiling(spec, {many, std::nullopt}).error().code(), base::ErrorCode::kTooLarge);
  EXPECT_EQ(query_tiling(spec, {1, PlainHeadShape{many, many}}).error().code(),
            base::ErrorCode::kTooLarge);
  EXPECT_TRUE(query_tiling(spec, {1000, std::nullopt}).ok());
}

}  // namespace
}  // namespace blindfit::learn
