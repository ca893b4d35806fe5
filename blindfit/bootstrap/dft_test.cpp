// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/dft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "blindfit/testing/engine.h"

namespace blindfit::bootstrap {
namespace {

using blindfit::testing::random_slots;
using blindfit::testing::worst_error;
using circuits::Diagonal;
using circuits::DiagonalMatrix;

/// z_j = sum_k w_k xi^(5^j k), by definition.
Diagonal slots_of(const Diagonal& w) {
  const std::size_t s = w.size();
  Diagonal z(s);
  std::size_t power = 1;
  for (std::size_t j = 0; j < s; ++j) {
    for (std::size_t k = 0; k < s; ++k) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(power * k % (4 * s)) /
                           static_cast<double>(4 * s);
      z[j] += w[k] * std::complex<double>(std::cos(angle), std::sin(angle));
    }
    power = power * 5 % (4 * s);
  }
  return z;
}

Diagonal repeated(const Diagonal& v, std::size_t length) {
  Diagonal out(length);
  for (std::size_t j = 0; j < length; ++j) {
    out[j] = v[j % v.size()];
  }
  return out;
}

struct Case {
  unsigned log_slots;
  std::size_t stages;
  unsigned log_period;
};

class Dft : public ::testing::TestWithParam<Case> {
 protected:
  const unsigned log_slots_ = GetParam().log_slots;
  const std::size_t slots_ = std::size_t{1} << log_slots_;
  const std::size_t period_ = std::size_t{1} << GetParam().log_period;
  const std::vector<DftStage> stages_ = split_layers(log_slots_, GetParam().stages);
};

INSTANTIATE_TEST_SUITE_P(Shapes, Dft,
                         ::testing::Values(Case{6, 3, 6}, Case{6, 3, 7}, Case{7, 4, 7},
                                           Case{5, 1, 5}, Case{2, 3, 3}, Case{0, 3, 1},
                                           Case{1, 1, 1}, Case{9, 2, 10}),
                         [](const auto& instance) {
                           return "Log" + std::to_string(instance.param.log_slots) + "Stages" +
                                  std::to_string(instance.param.stages) + "Period" +
                                  std::to_string(instance.param.log_period);
                         });

TEST_P(Dft, StagesCoverEveryLayerOnce) {
  unsigned next = 0;
  for (const DftStage& stage : stages_) {
    EXPECT_EQ(stage.first, next);
    next += stage.layers;
  }
  EXPECT_EQ(next, log_slots_);
  EXPECT_EQ(stages_.size(), GetParam().stages);
}

TEST_P(Dft, ForwardStagesMapReversedCoefficientsToSlots) {
  const Diagonal w = random_slots(slots_, 1, 7);
  Diagonal reversed(slots_);
  for (std::size_t k = 0; k < slots_; ++k) {
    reversed[reversed_index(k, log_slots_)] = w[k];
  }
  Diagonal v = repeated(reversed, period_);
  for (const DftStage& stage : stages_) {
    v = circuits::multiply(forward_stage(stage, period_), v);
  }
  const Diagonal expected = repeated(slots_of(w), period_);
  EXPECT_LT(worst_error(v, expected), 1e-10);
  if (log_slots_ > 1) {  // control: the order matters
    Diagonal wrong = repeated(w, period_);
    for (const DftStage& stage : stages_) {
      wrong = circuits::multiply(forward_stage(stage, period_), wrong);
    }
    EXPECT_GT(worst_error(wrong, expected), 0.1);
  }
}

TEST_P(Dft, InverseStagesUndoForwardOnes) {
  const Diagonal v = random_slots(period_, 1, 7);
  for (const DftStage& stage : stages_) {
    Diagonal back = circuits::multiply(inverse_stage(stage, period_),
                                       circuits::multiply(forward_stage(stage, period_), v));
    for (auto& x : back) {
      x /= std::exp2(stage.layers);
    }
    EXPECT_LT(worst_error(back, v), 1e-13);
  }
}

TEST_P(Dft, OffsetsAreTheShiftedMultiplesOfTheStride) {
  for (const DftStage& stage : stages_) {
    const StageOffsets offsets = stage_offsets(stage, period_);
    for (const DiagonalMatrix& m : {forward_stage(stage, period_), inverse_stage(stage, period_)}) {
      EXPECT_EQ(m.diagonals.size(), offsets.count);
      const DiagonalMatrix shifted = circuits::between_rotations(m, 0, offsets.shift);
      std::size_t k = 0;
      for (const auto& [offset, diagonal] : shifted.diagonals) {
        EXPECT_EQ(offset, k++ * stage.stride());
      }
    }
  }
}

}  // namespace
}  // namespace blindfit::bootstrap
