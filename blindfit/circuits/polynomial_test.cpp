// SPDX-License-Identifier: Apache-2.0
#include "blindfit/circuits/polynomial.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

#include "blindfit/base/thread_pool.h"
#include "blindfit/ckks/noise_model.h"
#include "blindfit/testing/engine.h"

namespace blindfit::circuits {
namespace {

using base::Error;
using base::ErrorCode;
using blindfit::testing::Engine;
using blindfit::testing::random_slots;
using blindfit::testing::worst_error;
using ckks::Ciphertext;
using ckks::Scale;
using ckks::Slots;

constexpr Scale kScale{0x1p40};
constexpr std::size_t kLevel = 7;

Engine make_engine() {
  Engine engine(
      {.log_n = 11, .log_q = {50, 40, 40, 40, 40, 40, 40, 40}, .log_p = {50, 50}, .digit_size = 0});
  engine.add_relinearization_key();
  return engine;
}

ChebyshevSeries series_of(std::size_t degree, bool odd) {
  ChebyshevSeries series;
  for (std::size_t k = 0; k <= degree; ++k) {
    const bool skipped = odd && k != 0 && k % 2 == 0;
    series.coefficients.push_back(
        skipped ? 0 : std::cos(1.7 * static_cast<double>(k) + 1) / static_cast<double>(k + 1));
  }
  return series;
}

std::complex<double> value_at(const ChebyshevSeries& series, std::complex<double> y) {
  std::complex<double> before = 1;
  std::complex<double> t = y;
  std::complex<double> sum = series.coefficients[0];
  for (std::size_t k = 1; k < series.coefficients.size(); ++k) {
    sum += series.coefficients[k] * t;
    const std::complex<double> next = 2.0 * y * t - before;
    before = t;
    t = next;
  }
  return sum;
}

Slots values_at(const ChebyshevSeries& series, const Slots& y) {
  Slots values;
  for (const std::complex<double> v : y) {
    values.push_back(value_at(series, v));
  }
  return values;
}

Slots real_slots(const Engine& engine, std::uint64_t seed) {
  Slots values = random_slots(engine.slots(), 1, seed);
  for (std::complex<double>& v : values) {
    v = v.real();
  }
  return values;
}

/// A bound for the worst slot: standard deviations of dependent errors are added (|T_k| <= 1), and
/// each node's magnitude is bounded by its coefficients'.
double tolerance(const Engine& engine, const PolynomialPlan& plan, Scale argument) {
  const ckks::NoiseModel model(engine.context().parameters());
  const auto deviation = [&](double variance, Scale scale) {
    return std::sqrt(model.slot_variance(variance, scale));
  };
  const PolynomialScales scales = plan_scales(engine.context(), plan, kLevel, argument, kScale);
  // A relinearized sum is switched at product scale, a prime above the scale it is rescaled to.
  const auto rounding = [&](std::size_t depth, Scale scale) {
    const Scale product{scale.value * static_cast<double>(engine.context().q(kLevel - depth + 1))};
    return deviation(model.rescaling(), scale) +
           deviation(model.key_switch(kLevel - depth + 1), product);
  };
  std::vector<double> t(scales.basis.size());
  t[1] = deviation(model.encryption() + model.encoding(), argument);
  for (const BasisStep& step : plan.basis()) {
    t[step.index] = 2 * (t[step.left] + t[step.right]) + t[step.left - step.right] +
                    rounding(step.depth, scales.basis[step.index]);
  }
  std::vector<double> magnitude;
  std::vector<double> error;
  double constants = 0;
  for (std::size_t i = 0; i < plan.nodes().size(); ++i) {
    const PolynomialNode& node = plan.nodes()[i];
    magnitude.push_back(std::abs(node.constant));
    error.push_back(rounding(node.depth, scales.nodes[i]));
    for (const auto& term : node.linear) {
      magnitude[i] += std::abs(term.coefficient);
      error[i] += std::abs(term.coefficient) * t[term.index];
      constants += 0x1p-38;  // a coefficient rounded at a scale of at least 2^37
    }
    for (const auto& term : node.products) {
      magnitude[i] += magnitude[term.node];
      error[i] += error[term.node] + magnitude[term.node] * t[term.index];
    }
  }
  return model.product_bound(error.back() * error.back()) + constants;
}

ErrorCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::kCancelled;
}

class PolynomialOfDegree : public ::testing::TestWithParam<std::tuple<std::size_t, bool>> {
 protected:
  static void SetUpTestSuite() { engine_ = std::make_unique<Engine>(make_engine()); }
  static void TearDownTestSuite() { engine_.reset(); }

  static std::unique_ptr<Engine> engine_;
  ChebyshevSeries series_ = series_of(std::get<0>(GetParam()), std::get<1>(GetParam()));
  PolynomialPlan plan_{series_};
};
std::unique_ptr<Engine> PolynomialOfDegree::engine_;

INSTANTIATE_TEST_SUITE_P(Polynomial, PolynomialOfDegree,
                         ::testing::Combine(::testing::Values(1, 2, 3, 5, 7, 9, 13, 15, 20, 31, 63),
                                            ::testing::Bool()),
                         [](const auto& instance) {
                           return std::string(std::get<1>(instance.param) ? "Odd" : "General") +
                                  std::to_string(std::get<0>(instance.param));
                         });

TEST_P(PolynomialOfDegree, AgreesWithTheSeriesAtTheWorstSlot) {
  const Slots y = real_slots(*engine_, 1);
  const Ciphertext ct = engine_->encrypt(y, kScale, kLevel);
  const Ciphertext result = evaluate(engine_->context(), engine_->keys(), plan_, ct, kScale);
  EXPECT_EQ(result.level(), kLevel - plan_.depth());
  EXPECT_EQ(result.scale.value, kScale.value);
  EXPECT_EQ(result.degree(), 1U);
  const double bound = tolerance(*engine_, plan_, kScale);
  EXPECT_LT(bound, 1e-3);
  const Slots decrypted = engine_->decrypt(result);
  EXPECT_LT(worst_error(decrypted, values_at(series_, y)), bound);
  // Control: every coefficient counts.
  for (std::size_t k = 0; k < series_.coefficients.size(); ++k) {
    ChebyshevSeries wrong = series_;
    wrong.coefficients[k] += 4 * bound;
    EXPECT_GT(worst_error(decrypted, values_at(wrong, y)), bound) << k;
  }
}

TEST_P(PolynomialOfDegree, LazilyEvaluatedStandsOneStepBeforeTheResult) {
  const Ciphertext ct = engine_->encrypt(real_slots(*engine_, 2), kScale, kLevel);
  const Scale target{0x1.4p39};
  const Ciphertext expected = evaluate(engine_->context(), engine_->keys(), plan_, ct, target);
  Ciphertext lazy = evaluate_lazy(engine_->context(), engine_->keys(), plan_, ct, target);
  EXPECT_EQ(lazy.level(), expected.level() + 1);
  EXPECT_EQ(lazy.degree(), plan_.lazy_key_switches() == plan_.key_switches() ? 1U : 2U);
  EXPECT_TRUE(
      lazy.scale.matches({target.value * static_cast<double>(engine_->context().q(lazy.level()))}));
  ckks::relinearize(engine_->context(), engine_->keys(), lazy);
  ckks::rescale(engine_->context(), lazy);
  EXPECT_TRUE(lazy.scale.matches(expected.scale));
  for (std::size_t part = 0; part < 2; ++part) {
    for (std::size_t i = 0; i <= expected.level(); ++i) {
      const auto a = lazy.parts[part].limb(i);
      const auto b = expected.parts[part].limb(i);
      EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
    }
  }
}

class Polynomial : public ::testing::Test {
 protected:
  Engine engine_ = make_engine();
};

TEST_F(Polynomial, AddsTwoLazyResultsBeforeOneRelinearization) {
  const PolynomialPlan plan(series_of(3, true));
  const Slots a = real_slots(engine_, 1);
  const Slots b = real_slots(engine_, 2);
  const ckks::Context& context = engine_.context();
  Ciphertext sum =
      evaluate_lazy(context, engine_.keys(), plan, engine_.encrypt(a, kScale, kLevel), kScale);
  Ciphertext other =
      evaluate_lazy(context, engine_.keys(), plan, engine_.encrypt(b, kScale, kLevel), kScale);
  ckks::multiply_by_i(context, other, other);
  ckks::add(context, sum, other, sum);
  ckks::relinearize(context, engine_.keys(), sum);
  ckks::rescale(context, sum);
  Slots expected = values_at(series_of(3, true), a);
  const Slots imaginary = values_at(series_of(3, true), b);
  for (std::size_t j = 0; j < expected.size(); ++j) {
    expected[j] += std::complex<double>(0, 1) * imaginary[j];
  }
  EXPECT_LT(worst_error(engine_.decrypt(sum), expected), 2 * tolerance(engine_, plan, kScale));
}

TEST_F(Polynomial, TakesComplexSlots) {
  const ChebyshevSeries series = series_of(7, false);
  const PolynomialPlan plan(series);
  const Slots y = random_slots(engine_.slots(), 0.3, 5);
  const Ciphertext ct = engine_.encrypt(y, kScale, kLevel);
  const Slots decrypted =
      engine_.decrypt(evaluate(engine_.context(), engine_.keys(), plan, ct, kScale));
  // |T_k(y)| <= exp(k * 0.3 * sqrt(2)) off the real axis: e^3 for k = 7.
  EXPECT_LT(worst_error(decrypted, values_at(series, y)), 20 * tolerance(engine_, plan, kScale));
}

TEST_F(Polynomial, DividesByTheRadiusThroughTheScaleAlone) {
  // 0.5 + 0.19131 x - 0.0045963 x^3 on [-8, 8] in 2 levels and 2 key switches.
  const std::vector<double> cubic = {0.5, 0.19131, 0, -0.0045963};
  const PolynomialPlan plan(chebyshev_from_monomials(cubic, 8));
  EXPECT_EQ(plan.depth(), 2U);
  EXPECT_EQ(plan.key_switches(), 2U);
  Slots x = real_slots(engine_, 6);
  for (std::complex<double>& v : x) {
    v *= 8;
  }
  Ciphertext ct = engine_.encrypt(x, Scale{0x1p37}, kLevel);
  ct.scale = ct.scale * Scale{8};
  const Slots decrypted =
      engine_.decrypt(evaluate(engine_.context(), engine_.keys(), plan, ct, kScale));
  Slots expected;
  for (const std::complex<double> v : x) {
    expected.push_back(cubic[0] + v * (cubic[1] + v * v * cubic[3]));
  }
  const double bound = tolerance(engine_, plan, kScale);
  EXPECT_LT(worst_error(decrypted, expected), bound);
  expected[0] += 2 * bound;
  EXPECT_GT(worst_error(decrypted, expected), bound);
}

TEST_F(Polynomial, NeedsNoKeyAboveItsFirstProduct) {
  Engine engine({.log_n = 10, .log_q = {50, 40, 40, 40, 40}, .log_p = {50}, .digit_size = 0});
  engine.add_relinearization_key(3);
  const PolynomialPlan cubic(series_of(3, true));
  const Ciphertext high = engine.encrypt(real_slots(engine, 1), kScale, 4);
  EXPECT_EQ(code_of([&] { evaluate(engine.context(), engine.keys(), cubic, high, kScale); }),
            ErrorCode::kKeyMissing);
  const Ciphertext low = engine.encrypt(real_slots(engine, 1), kScale, 3);
  EXPECT_NO_THROW(evaluate(engine.context(), engine.keys(), cubic, low, kScale));
  const PolynomialPlan line(series_of(1, true));
  EXPECT_NO_THROW(evaluate(engine.context(), {}, line, high, kScale));
}

TEST_F(Polynomial, GivesTheSameBitsOnFourThreadsAsOnOneThread) {
  const PolynomialPlan plan(series_of(7, true));
  const Ciphertext ct = engine_.encrypt(real_slots(engine_, 1), kScale, 3);
  std::vector<Ciphertext> results(6);
  base::ThreadPool pool(4);
  pool.parallel_for(results.size(), [&](std::size_t k) {
    results[k] = evaluate(engine_.context(), engine_.keys(), plan, ct, kScale);
  });
  const Ciphertext expected = evaluate(engine_.context(), engine_.keys(), plan, ct, kScale);
  for (const Ciphertext& result : results) {
    for (std::size_t part = 0; part < 2; ++part) {
      const auto a = result.parts[part].limb(0);
      EXPECT_TRUE(std::equal(a.begin(), a.end(), expected.parts[part].limb(0).begin()));
    }
  }
}

TEST_F(Polynomial, RejectsAnArgumentOfDegreeTwo) {
  const Ciphertext ct = engine_.encrypt(real_slots(engine_, 1), kScale, kLevel);
  const Ciphertext square = ckks::multiply(engine_.context(), ct, ct);
  const PolynomialPlan cubic(series_of(3, true));
  EXPECT_EQ(code_of([&] { evaluate(engine_.context(), engine_.keys(), cubic, square, kScale); }),
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace blindfit::circuits
