// SPDX-License-Identifier: Apache-2.0
// The training circuit on its three machines against dense algebra written here from paper.md 3.4.
#include "blindfit/learn/training_circuit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "blindfit/bootstrap/bootstrapper.h"
#include "blindfit/bootstrap/precision_model.h"
#include "blindfit/learn/cipher_machine.h"
#include "blindfit/learn/slot_machine.h"
#include "blindfit/learn/training_circuit_test_cases.h"
#include "blindfit/learn/training_plan.h"
#include "blindfit/matrix/packing.h"
#include "blindfit/testing/bootstrap_engine.h"
#include "blindfit/testing/decrypting_refresher.h"

namespace blindfit::learn {
namespace {

using namespace circuit_test;

/// The packed W in what is left of iteration t.
matrix::Slots packed_weights(const TrainingSpec& spec, std::size_t t, matrix::Slots slots) {
  if (!spec.refresh) {
    return slots;
  }
  matrix::multiply_slots(slot_signs(spec), slots);
  for (std::complex<double>& slot : slots) {
    slot = (1 - spec.steps[t].eta) * slot.real() + spec.steps[t].eta * slot.imag();
  }
  return slots;
}

/// The worst error of W after iteration t, and the largest slot that must be zero.
void expect_weights(const TrainingSpec& spec, std::size_t t, const matrix::Slots& slots,
                    const std::vector<double>& expected, double tolerance) {
  const matrix::Slots packed = packed_weights(spec, t, slots);
  EXPECT_LT(worst_difference(matrix::unpack_weights(spec.tiling, packed), expected), tolerance)
      << t;
  EXPECT_LT(matrix::largest_unused(spec.tiling, packed), tolerance) << t;
}

class TrainingCircuitCase : public ::testing::TestWithParam<Case> {};

TEST_P(TrainingCircuitCase, EqualsDenseAlgebraOnSlots) {
  const TrainingSpec spec = make_spec(GetParam());
  const Problem problem = make_problem(spec.tiling);
  SlotMachine machine(spec);
  const auto in = make_inputs<SlotMachine::Value>(
      spec, problem, {}, [](matrix::Slots slots, std::size_t, double) { return slots; },
      GetParam().pairs_at_once);
  const auto measured = train(machine, spec, in);
  const auto expected = dense_training(spec, problem);
  for (std::size_t t = 0; t < expected.size(); ++t) {
    // Sums of fewer than 10^3 terms of size one in another order: 10^3 * 2^-53 each, with a margin
    // of 50.
    expect_weights(spec, t, measured[t], expected[t], 5e-12);
  }
}

TEST_P(TrainingCircuitCase, UsesEveryPlannedLevelAndNoMore) {
  const TrainingSpec spec = make_spec(GetParam());
  const auto run = [&](std::size_t missing) {
    Counter counter(spec);
    CountingMachine& machine = counter.machine();
    UploadLevels levels = upload_levels(spec);
    const auto below = [&](std::size_t level) { return level - std::min(level, missing); };
    levels = {below(levels.data), below(levels.labels), below(levels.label_product),
              below(levels.preconditioner), below(levels.start)};
    const auto in = make_inputs<CountingMachine::Value>(
        spec, make_problem(spec.tiling), levels,
        [&](const matrix::Slots&, std::size_t level, double scale) {
          return machine.make(level, scale);
        });
    return train(machine, spec, in).back().level;
  };
  EXPECT_EQ(run(0), weights_level(spec));
  EXPECT_THROW(run(1), base::Error);
}

void expect_dense_training(const TrainingSpec& spec, const Problem& problem,
                           const blindfit::testing::Engine& engine, CipherMachine& machine,
                           double tolerance) {
  const auto in = make_inputs<ckks::Ciphertext>(
      spec, problem, upload_levels(spec),
      [&](const matrix::Slots& slots, std::size_t level, double scale) {
        return engine.encrypt(slots, ckks::Scale{scale}, level);
      });
  const auto measured = train(machine, spec, in);
  const auto expected = dense_training(spec, problem);
  for (std::size_t t = 0; t < expected.size(); ++t) {
    expect_weights(spec, t, engine.decrypt(measured[t]), expected[t], tolerance);
  }
}

TEST_P(TrainingCircuitCase, FollowsDenseAlgebraOnCiphertexts) {
  const TrainingSpec spec = make_spec(GetParam());
  const Problem problem = make_problem(spec.tiling);
  Counter counter(spec);
  CountingMachine& planner = counter.machine();
  count(planner, spec, problem);
  blindfit::testing::Engine engine(literal_of(spec));
  add_keys(planner.keys(), engine);
  base::ThreadPool pool(2);
  circuits::RefreshContract contract;
  if (spec.refresh) {
    contract.log_slots = log_n_of(spec) - 1;
    contract.max_input_scale = {0x1p49};
    contract.max_magnitude = 0.5;
    contract.output_level = spec.refresh->set.usable.count;
    contract.output_scale = {spec.scale};
  }
  const blindfit::testing::DecryptingRefresher refresher(engine, contract);
  CipherMachine machine(engine.encoder(), engine.keys(), spec, pool, {&refresher, 0});
  // What is encrypted again stands at a scale that is smaller by the unit.
  const double coarser = spec.refresh ? spec.refresh->unit() : 1;
  expect_dense_training(spec, problem, engine, machine, kTolerance * coarser);
  EXPECT_EQ(refresher.count(), planner.counts().refreshes);
  if (!spec.refresh) {
    EXPECT_EQ(machine.key_switches(), planner.counts().key_switches);
  }
}

TEST(TrainingCircuit, FollowsDenseAlgebraWithBootstrapping) {
  const Case c{"",  {{64, 32}, 70, 20, 3}, LabelSource::kUploadedProduct, Start::kZero, false, 5, 0,
               true};
  const TrainingSpec spec = make_spec(c);
  const Problem problem = make_problem(spec.tiling);
  Counter counter(spec);
  CountingMachine& planner = counter.machine();
  count(planner, spec, problem);
  blindfit::testing::BootstrapEngine engine(spec.refresh->set);
  add_keys(planner.keys(), engine.engine());
  base::ThreadPool pool(2);
  const bootstrap::Bootstrapper bootstrapper(
      engine.parameters(),
      {engine.engine().encoder(), engine.tiny(), engine.engine().keys(), engine.encapsulation(),
       &pool},
      {log_n_of(spec) - 1, ckks::Scale{spec.scale}, {}});
  CipherMachine machine(engine.engine().encoder(), engine.engine().keys(), spec, pool,
                        {&bootstrapper, planner.counts().key_switches});
  // Six standard deviations of each of three refreshes. A step at most doubles what came before it:
  // |1 - eta| <= 1.2, and rate / 4 times the largest eigenvalue of X^T X is below 2.
  const double deviation =
      std::sqrt(bootstrap::refresh_variance(engine.parameters(), log_n_of(spec) - 1, 0.25,
                                            ckks::Scale{spec.scale})
                    .total());
  // The noise of everything else grows with N, which is four times that of kTolerance.
  const double error = 4 * kTolerance + (1 + 2 + 4) * 6 * spec.refresh->unit() * deviation;
  EXPECT_LT(error, 0x1p-15);
  expect_dense_training(spec, problem, engine.engine(), machine, error);
}

constexpr Loss kSle = Loss::kSle;
constexpr Loss kMse = Loss::kMse;
constexpr Loss kSoftmax = Loss::kSoftmax;
constexpr auto kLabels = LabelSource::kEncryptedLabels;
constexpr auto kProduct = LabelSource::kUploadedProduct;
const Case kCases[] = {
    {"paper_like_pairs", {{32, 16}, 60, 20, 3}, kLabels, Start::kEncrypted, true, 2},
    {"one_row_tile", {{64, 8}, 50, 15, 5}, kLabels, Start::kEncrypted, true, 1},
    {"odd_row_tiles_from_zero", {{16, 32}, 40, 30, 3}, kProduct, Start::kZero, false, 3},
    {"labels_from_zero", {{32, 16}, 70, 13, 10}, kLabels, Start::kZero, true, 2},
    {"product_alone", {{32, 16}, 20, 13, 4}, kProduct, Start::kZero, false, 1},
    {"odd_log_rows", {{8, 64}, 30, 50, 3}, kProduct, Start::kEncrypted, false, 2},
    {"refreshed_from_zero", {{32, 16}, 60, 20, 3}, kProduct, Start::kZero, false, 5, 0, true},
    {"refreshed_paper_like", {{32, 16}, 60, 20, 3}, kLabels, Start::kEncrypted, true, 2, 0, true},
    {"domain_extension", {{32, 16}, 60, 13, 3}, kProduct, Start::kZero, false, 2, 2},
    {"squared_error", {{16, 32}, 40, 30, 3}, kProduct, Start::kZero, false, 3, 0, false, kMse},
    {"squared_error_one_row_tile",
     {{64, 8}, 50, 15, 5},
     kLabels,
     Start::kEncrypted,
     true,
     1,
     0,
     false,
     kMse},
    {"squared_error_refreshed",
     {{16, 32}, 60, 20, 3},
     kProduct,
     Start::kZero,
     false,
     4,
     0,
     true,
     kMse},
    {"batches", {{8, 64}, 50, 20, 3}, kProduct, Start::kZero, false, 4, 0, false, kSle, 3, 0.1},
    {"batches_from_labels",
     {{8, 64}, 50, 20, 3},
     kLabels,
     Start::kEncrypted,
     true,
     2,
     0,
     false,
     kSle,
     2},
    {"decay_refreshed",
     {{8, 64}, 50, 20, 3},
     kProduct,
     Start::kZero,
     false,
     5,
     0,
     true,
     kSle,
     2,
     0.2},
    {"a_pair_at_a_time",
     {{8, 64}, 50, 20, 3},
     kLabels,
     Start::kEncrypted,
     true,
     2,
     0,
     false,
     kSle,
     1,
     0,
     1},
    {"grouped", {{32, 16}, 60, 20, 3, 2}, kProduct, Start::kZero, false, 3},
    {"grouped_labels", {{32, 32}, 60, 20, 10, 8}, kLabels, Start::kEncrypted, true, 2},
    {"grouped_by_four", {{64, 8}, 50, 15, 7, 4}, kProduct, Start::kEncrypted, false, 2},
    {"grouped_refreshed", {{32, 16}, 60, 20, 4, 4}, kProduct, Start::kZero, false, 5, 0, true},
    {"grouped_extension", {{64, 8}, 50, 15, 5, 4}, kProduct, Start::kZero, false, 2, 1},
    {"softmax", {{32, 16}, 60, 20, 3}, kProduct, Start::kZero, false, 2, 0, false, kSoftmax},
    {"softmax_one_row_tile",
     {{64, 8}, 50, 15, 5},
     kLabels,
     Start::kEncrypted,
     true,
     1,
     0,
     false,
     kSoftmax},
    {"softmax_grouped",
     {{16, 32}, 70, 20, 4, 4},
     kProduct,
     Start::kZero,
     false,
     2,
     0,
     false,
     kSoftmax},
    {"softmax_refreshed",
     {{16, 32}, 70, 20, 3},
     kProduct,
     Start::kZero,
     false,
     4,
     0,
     true,
     kSoftmax},
    {"two_pairs_at_a_time",
     {{8, 64}, 90, 20, 3},
     kProduct,
     Start::kZero,
     false,
     3,
     0,
     false,
     kSle,
     2,
     0,
     2},
};
INSTANTIATE_TEST_SUITE_P(Cases, TrainingCircuitCase, ::testing::ValuesIn(kCases),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace blindfit::learn
