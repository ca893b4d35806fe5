// SPDX-License-Identifier: Apache-2.0
// The softmax circuit on its three machines against its evaluation in double precision.
#include "blindfit/learn/softmax_circuit.h"

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <cmath>
#include <optional>

#include "blindfit/base/thread_pool.h"
#include "blindfit/ckks/noise_model.h"
#include "blindfit/learn/cipher_machine.h"
#include "blindfit/learn/counting_machine.h"
#include "blindfit/learn/slot_machine.h"
#include "blindfit/testing/engine.h"
#include "blindfit/testing/insecure_parameters.h"

namespace blindfit::learn {
namespace {

using blindfit::testing::Engine;
using blindfit::testing::InsecureParameters;

constexpr double kScale = 0x1p45;

TrainingSpec make_spec(double scale) {
  TrainingSpec spec;
  spec.activation = paper_cubic();
  spec.scale = scale;
  return spec;
}

SoftmaxApproximation made(SoftmaxSpec spec) {
  return *make_softmax(spec);
}

/// Logits of every row: corners first, then rows of different spreads.
std::vector<std::vector<double>> make_rows(const SoftmaxSpec& spec, std::size_t count) {
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double> row;
    for (std::size_t k = 0; k < spec.classes; ++k) {
      const double noise = std::sin(12.9898 * static_cast<double>(i * spec.classes + k + 1));
      const double corner = k < i ? 1 : -1;
      const double spread = static_cast<double>(i) / static_cast<double>(count);
      row.push_back(spec.domain * (i <= spec.classes ? corner : spread * noise));
    }
    rows.push_back(row);
  }
  return rows;
}

/// Class k of every row, in units of the circuit's input.
ckks::Slots column(const SoftmaxApproximation& softmax,
                   const std::vector<std::vector<double>>& rows, std::size_t k) {
  ckks::Slots slots;
  for (const auto& row : rows) {
    slots.emplace_back(row[k] / softmax.unit());
  }
  return slots;
}

/// Logits of all classes.
std::vector<SlotMachine::Value> columns(const SoftmaxApproximation& softmax,
                                        const std::vector<std::vector<double>>& rows) {
  std::vector<SlotMachine::Value> all;
  for (std::size_t k = 0; k < softmax.spec.classes; ++k) {
    all.push_back(column(softmax, rows, k));
  }
  return all;
}

double worst_error(const SoftmaxApproximation& softmax,
                   const std::vector<std::vector<double>>& rows,
                   const std::vector<ckks::Slots>& measured) {
  double worst = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<double> expected = softmax(rows[i]);
    for (std::size_t k = 0; k < expected.size(); ++k) {
      worst = std::max(worst, std::abs(measured[k][i].real() - expected[k]));
    }
  }
  return worst;
}

TEST(SoftmaxCircuit, EqualsDoubleEvaluationOnSlots) {
  const TrainingSpec spec = make_spec(kScale);
  SlotMachine machine(spec);
  for (const std::size_t classes : {2U, 3U, 10U, 26U}) {
    const SoftmaxApproximation softmax = made({classes, 16, 1e-2});
    const auto rows = make_rows(softmax.spec, 100);
    const auto logits = columns(softmax, rows);
    SoftmaxCircuit circuit(machine, softmax);
    // Roundings of the front are relative to 1, and grow by as much as the smallest sum is below 1.
    EXPECT_LT(worst_error(softmax, rows, circuit.evaluate(logits)), 1e-9) << classes;
  }
}

TEST(SoftmaxCircuit, TellsTheHookStagesAndBoundedValues) {
  const TrainingSpec spec = make_spec(kScale);
  SlotMachine machine(spec);
  const SoftmaxApproximation softmax = made({10, 16, 1e-2});
  const auto rows = make_rows(softmax.spec, 100);
  const auto logits = columns(softmax, rows);
  SoftmaxCircuit circuit(machine, softmax);
  std::size_t calls = 0;
  circuit.evaluate(logits, [&](std::size_t stage, const std::vector<SlotMachine::Value>& values) {
    EXPECT_EQ(stage, ++calls);
    const double low = stage == 1 ? softmax.front_low : 0;
    const double high = stage == 1 ? softmax.front_high : softmax.steps[stage - 2].high;
    for (const auto& slots : values) {
      for (const std::complex<double> v : slots) {
        EXPECT_GE(v.real(), low - 1e-4);
        EXPECT_LE(v.real(), high + 1e-4);
      }
    }
  });
  EXPECT_EQ(calls, softmax.steps.size());
}

/// What the owner's random signs do to a refreshed value.
TEST(SoftmaxCircuit, ForgetsSignsAtASquare) {
  const TrainingSpec spec = make_spec(kScale);
  SlotMachine machine(spec);
  const SoftmaxApproximation softmax = made({10, 16, 1e-2});
  const auto rows = make_rows(softmax.spec, 100);
  const auto logits = columns(softmax, rows);
  SoftmaxCircuit circuit(machine, softmax);
  const auto error_with_signs_at = [&](std::size_t boundary) {
    return worst_error(softmax, rows,
                       circuit.evaluate(logits, [&](std::size_t stage, auto& values) {
                         for (auto& slots : values) {
                           for (std::size_t i = 0; stage == boundary && i < slots.size(); i += 3) {
                             slots[i] = -slots[i];
                           }
                         }
                       }));
  };
  ASSERT_EQ(softmax.steps[5].kind, SoftmaxStep::Kind::kSquare);
  EXPECT_LT(error_with_signs_at(6), 1e-9);
  EXPECT_GT(error_with_signs_at(5), 0.1);  // control: a contraction does not
}

/// Levels under real primes of `bits` bits; P does not matter.
rlwe::ParametersLiteral literal_of(unsigned log_n, unsigned bits, std::size_t levels) {
  rlwe::ParametersLiteral literal{log_n, {50}, {50, 50, 50}, 0};
  literal.log_q.insert(literal.log_q.end(), levels, bits);
  return literal;
}

struct Counted {
  std::size_t level;
  double scale;
};

Counted count(const SoftmaxApproximation& softmax, unsigned bits, std::size_t level) {
  const rlwe::Parameters parameters = InsecureParameters::make(literal_of(16, bits, level));
  const double scale = std::exp2(bits);
  const TrainingSpec spec = make_spec(scale);
  CountingMachine machine(parameters, spec);
  SoftmaxCircuit circuit(machine, softmax);
  const CountingMachine::Value logit = machine.make(level, scale);
  const auto out =
      circuit.evaluate(std::vector<CountingMachine::Value>(softmax.spec.classes, logit));
  EXPECT_EQ(machine.keys().relinearization, level);
  return {out.front().level, out.front().scale};
}

TEST(SoftmaxCircuit, TakesItsDepthAndNoLevelMore) {
  for (const std::size_t classes : {2U, 3U, 10U}) {
    const SoftmaxApproximation softmax = made({classes, 16, 1e-2});
    EXPECT_EQ(count(softmax, 45, softmax.depth()).level, 0U);
    EXPECT_THROW(count(softmax, 45, softmax.depth() - 1), base::Error);
  }
}

// Primes = 1 mod 2^17 come once in 2^20.6 numbers there, so that 17 around 2^36 are within 2^-12 of
// it; what a step takes to the power of two doubles all deviations before it, up to 2^13 times for
// ten classes: 5.8 bits at the very worst. At 45 bits a 512th of that.
TEST(SoftmaxCircuit, KeepsItsScaleNearThePrimes) {
  const SoftmaxApproximation softmax = made({10, 16, 1e-2});
  EXPECT_LT(std::abs(std::log2(count(softmax, 36, 16).scale) - 36), 5.8);
  EXPECT_LT(std::abs(std::log2(count(softmax, 45, 16).scale) - 45), 5.8 / 512);
}

TEST(SoftmaxCircuit, RefusesAnotherNumberOfClasses) {
  const TrainingSpec spec = make_spec(kScale);
  SlotMachine machine(spec);
  const SoftmaxApproximation softmax = made({3, 8, 1e-2});
  SoftmaxCircuit circuit(machine, softmax);
  EXPECT_THROW(circuit.evaluate(std::vector<SlotMachine::Value>(2)), base::Error);
}

/// The variance at a slot of every rounding of a product, key switch included.
double rounding_variance(const ckks::NoiseModel& model, std::size_t level) {
  return model.slot_variance(model.rescaling(), ckks::Scale{kScale}) +
         model.slot_variance(model.key_switch(level), ckks::Scale{kScale * kScale});
}

/// How many roundings the front leaves at most: standard deviations of dependent errors are added.
double front_roundings(const circuits::PolynomialPlan& plan) {
  std::vector<double> t(plan.basis().back().index + 1);
  for (const circuits::BasisStep& step : plan.basis()) {
    t[step.index] = 2 * (t[step.left] + t[step.right]) + t[step.left - step.right] + 1;
  }
  std::vector<double> magnitude;
  std::vector<double> error;
  for (const circuits::PolynomialNode& node : plan.nodes()) {
    magnitude.push_back(std::abs(node.constant));
    error.push_back(1);
    for (const auto& term : node.linear) {
      magnitude.back() += std::abs(term.coefficient);
      error.back() += std::abs(term.coefficient) * t[term.index];
    }
    for (const auto& term : node.products) {
      magnitude.back() += magnitude[term.node];
      error.back() += error[term.node] + magnitude[term.node] * t[term.index];
    }
  }
  return error.back();
}

/// The covariance over classes, at one row, of the errors that reach the result: each stage's
/// Jacobian applied to what it receives, and its own roundings, independent over classes.
Eigen::MatrixXd error_covariance(const SoftmaxApproximation& softmax,
                                 const std::vector<double>& row, double input, double rounding) {
  const auto k = static_cast<Eigen::Index>(row.size());
  const auto identity = Eigen::MatrixXd::Identity(k, k);
  const auto ones = Eigen::MatrixXd::Ones(k, k);
  const Eigen::MatrixXd centring = static_cast<double>(k) * identity - ones;
  Eigen::MatrixXd jacobian(k, k);
  for (Eigen::Index i = 0; i < k; ++i) {
    constexpr double kStep = 1e-5;
    const double mean = Eigen::VectorXd::Map(row.data(), k).mean();
    const double t =
        (row[static_cast<std::size_t>(i)] - mean) / softmax.unit() * static_cast<double>(k);
    const double slope = (circuits::evaluate(softmax.front, t + kStep) -
                          circuits::evaluate(softmax.front, t - kStep)) /
                         (2 * kStep);
    jacobian.row(i) = slope * centring.row(i);
  }
  const double roundings = front_roundings(circuits::PolynomialPlan(softmax.front));
  Eigen::MatrixXd covariance =
      input * jacobian * jacobian.transpose() + roundings * roundings * rounding * identity;
  for (std::size_t i = 0; i < softmax.steps.size(); ++i) {
    const SoftmaxStep& step = softmax.steps[i];
    const std::vector<double> before = softmax.before_step(row, i);
    const auto p = Eigen::VectorXd::Map(before.data(), k);
    const double distance = step.shift - p.sum();
    const auto gain = static_cast<double>(step.gain);
    if (step.kind == SoftmaxStep::Kind::kSquare) {
      jacobian = 2 * p.asDiagonal();
    } else if (step.kind == SoftmaxStep::Kind::kContract) {
      jacobian = gain * (distance * identity - p * Eigen::RowVectorXd::Ones(k));
    } else {
      jacobian = distance * centring - centring * p * Eigen::RowVectorXd::Ones(k);
    }
    covariance = (jacobian * covariance * jacobian.transpose()).eval() + rounding * identity;
  }
  return covariance;
}

/// What no slot exceeds but with a probability of 2^-40, from the noise of encryption and of every
/// product.
double tolerance(const Engine& engine, const SoftmaxApproximation& softmax,
                 const std::vector<std::vector<double>>& rows) {
  const ckks::NoiseModel model(engine.context().parameters());
  const double input =
      model.slot_variance(model.encryption() + model.encoding(), ckks::Scale{kScale});
  const double rounding = rounding_variance(model, engine.max_level());
  double worst = 0;
  for (const auto& row : rows) {
    worst = std::max(worst, error_covariance(softmax, row, input, rounding).diagonal().maxCoeff());
  }
  return model.product_bound(worst);
}

/// Ciphertexts of ten classes, with 45-bit levels.
class SoftmaxOnCiphertexts : public ::testing::Test {
 protected:
  explicit SoftmaxOnCiphertexts(std::size_t levels = 16) : engine_(literal_of(10, 45, levels)) {
    engine_.add_relinearization_key();
    for (std::size_t k = 0; k < softmax_.spec.classes; ++k) {
      logits_.push_back(engine_.encrypt(column(softmax_, rows_, k), ckks::Scale{kScale}, levels));
    }
  }

  [[nodiscard]] std::vector<ckks::Slots> decrypt(
      const std::vector<ckks::Ciphertext>& values) const {
    std::vector<ckks::Slots> slots;
    slots.reserve(values.size());
    for (const ckks::Ciphertext& value : values) {
      slots.push_back(engine_.decrypt(value));
    }
    return slots;
  }

  SoftmaxApproximation softmax_ = made({10, 16, 1e-2});
  std::vector<std::vector<double>> rows_ = make_rows(softmax_.spec, 512);
  Engine engine_;
  TrainingSpec spec_ = make_spec(kScale);
  base::ThreadPool pool_{2};
  CipherMachine machine_{engine_.encoder(), engine_.keys(), spec_, pool_};
  SoftmaxCircuit<CipherMachine> circuit_{machine_, softmax_};
  std::vector<ckks::Ciphertext> logits_;
};

TEST_F(SoftmaxOnCiphertexts, FollowDoubleEvaluationWithinTheNoiseModel) {
  const double bound = tolerance(engine_, softmax_, rows_);
  EXPECT_LT(bound, 1e-4);
  const auto out = circuit_.evaluate(logits_);
  EXPECT_EQ(out.front().level(), 0U);
  EXPECT_EQ(machine_.key_switches(), circuit_.key_switches());
  const double error = worst_error(softmax_, rows_, decrypt(out));
  EXPECT_LT(error, bound);
  RecordProperty("worst_error", std::to_string(error));
  // Control: a logit that is off by a hundredth of the domain shows.
  auto rows = rows_;
  rows[20][3] += 0.16;
  EXPECT_GT(worst_error(softmax_, rows, decrypt(out)), bound);
}

class SoftmaxOnFewLevels : public SoftmaxOnCiphertexts {
 protected:
  SoftmaxOnFewLevels() : SoftmaxOnCiphertexts(8) {}
};

TEST_F(SoftmaxOnFewLevels, GoOnAfterARefreshBetweenStages) {
  constexpr std::size_t kBoundary = 6;  // after a square and four contractions
  ASSERT_EQ(circuit_.depth(0, kBoundary), 8U);
  ASSERT_EQ(circuit_.depth(kBoundary, circuit_.stages()), 8U);
  const auto out = circuit_.evaluate(logits_, [&](std::size_t stage, auto& values) {
    for (ckks::Ciphertext& v : values) {
      if (stage == kBoundary) {
        EXPECT_EQ(v.level(), 0U);
        v = engine_.encrypt(engine_.decrypt(v), ckks::Scale{kScale}, 8);
      }
    }
  });
  EXPECT_EQ(out.front().level(), 0U);
  EXPECT_LT(worst_error(softmax_, rows_, decrypt(out)), tolerance(engine_, softmax_, rows_));
}

}  // namespace
}  // namespace blindfit::learn
