// SPDX-License-Identifier: Apache-2.0
#include "blindfit/matrix/volley_revolver.h"

#include <gtest/gtest.h>

#include <cmath>

#include "blindfit/testing/engine.h"

namespace blindfit::matrix {
namespace {

constexpr RowMajorShape kShape{32, 16};
constexpr std::size_t kClasses = 10;
constexpr std::size_t kFeatures = 13;

std::vector<double> waves(std::size_t count, double frequency) {
  std::vector<double> v(count);
  for (std::size_t i = 0; i < count; ++i) {
    v[i] = std::sin(frequency * static_cast<double>(i) + 1);
  }
  return v;
}

/// max |measured - A B^T| over all slots, zero where no entry belongs.
double worst(const ckks::Slots& measured, const std::vector<double>& a,
             const std::vector<double>& b) {
  double error = 0;
  for (std::size_t i = 0; i < kShape.rows; ++i) {
    for (std::size_t k = 0; k < kShape.columns; ++k) {
      double expected = 0;
      for (std::size_t j = 0; k < kClasses && j < kFeatures; ++j) {
        expected += a[i * kFeatures + j] * b[k * kFeatures + j];
      }
      error = std::max(error, std::abs(measured[kShape.columns * i + k] - expected));
    }
  }
  return error;
}

TEST(VolleyRevolver, MultipliesByTheTransposeOfTheRevolvingOperand) {
  blindfit::testing::Engine engine({.log_n = 10, .log_q = {50, 40, 40, 40}, .log_p = {50, 50}});
  engine.add_relinearization_key();
  for (const ckks::Steps s : revolver_steps(kShape, kClasses)) {
    engine.add_rotation_keys({s.value});
  }
  const std::vector<double> a = waves(kShape.rows * kFeatures, 0.37);
  const std::vector<double> b = waves(kClasses * kFeatures, 0.91);
  const ckks::Scale scale{0x1p40};
  const auto ct_a =
      engine.encrypt(pack_row_major(kShape, {a.data(), kShape.rows, kFeatures}), scale, 3);
  const auto ct_b =
      engine.encrypt(pack_revolving(kShape, {b.data(), kClasses, kFeatures}), scale, 3);
  const auto product =
      multiply_transposed(engine.encoder(), engine.keys(), kShape, ct_a, ct_b, kClasses);
  EXPECT_EQ(product.level(), 0U);
  // Rescaling noise per slot is about sqrt(N / 18) sqrt(N) / 2^40 = 2^-32; 16 summed columns, 16
  // revolutions, 6 sigma.
  const double bound = 256 * 6 * 0x1p-32;
  EXPECT_LT(worst(engine.decrypt(product), a, b), bound);
  std::vector<double> wrong = b;
  wrong[5] += 0.001;
  EXPECT_GT(worst(engine.decrypt(product), a, wrong), bound);
}

}  // namespace
}  // namespace blindfit::matrix
