// SPDX-License-Identifier: Apache-2.0
#include "blindfit/matrix/fold.h"

#include <gtest/gtest.h>

#include <numeric>

namespace blindfit::matrix {
namespace {

using Vector = std::vector<double>;

/// What a sequence of sum_of_rotations does to plain slots.
Vector run_stages(const std::vector<FoldStage>& stages, Vector v) {
  const auto n = static_cast<std::int64_t>(v.size());
  for (const FoldStage& stage : stages) {
    Vector out(v.size(), 0.0);
    for (std::int64_t g = 0; g < n; ++g) {
      for (const ckks::Steps s : stage) {
        out[static_cast<std::size_t>(g)] +=
            v[static_cast<std::size_t>(((g + s.value) % n + n) % n)];
      }
    }
    v = out;
  }
  return v;
}

Vector ramp(std::size_t n) {
  Vector v(n);
  std::iota(v.begin(), v.end(), 1.0);
  return v;
}

class Fold : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Fold, SumsResidueClassesCyclically) {
  const std::size_t count = GetParam();
  const std::size_t stride = 8;
  const Vector in = ramp(count * stride);
  const Vector out = run_stages(fold_stages(count, stride), in);
  for (std::size_t g = 0; g < in.size(); ++g) {
    double expected = 0;
    for (std::size_t i = 0; i < count; ++i) {
      expected += in[g % stride + stride * i];
    }
    EXPECT_EQ(out[g], expected) << g;
  }
}

TEST_P(Fold, BringsBlockSumsToEveryLane) {
  const std::size_t count = GetParam();
  const Vector in = ramp(4 * count);
  for (std::size_t lane = 0; lane < count; ++lane) {
    const Vector out = run_stages(fold_to_lane(count, lane), in);
    for (std::size_t b = 0; b < 4; ++b) {
      const double expected =
          std::accumulate(in.begin() + static_cast<std::ptrdiff_t>(b * count),
                          in.begin() + static_cast<std::ptrdiff_t>((b + 1) * count), 0.0);
      EXPECT_EQ(out[b * count + lane], expected) << "lane " << lane << " block " << b;
    }
  }
}

TEST_P(Fold, SpreadsALaneOverItsBlockAndNowhereElse) {
  const std::size_t count = GetParam();
  for (std::size_t lane = 0; lane < count; ++lane) {
    Vector in(4 * count, 0.0);
    for (std::size_t b = 0; b < 4; ++b) {
      in[b * count + lane] = static_cast<double>(b + 1);
    }
    const Vector out = run_stages(spread_from_lane(count, lane), in);
    for (std::size_t s = 0; s < out.size(); ++s) {
      EXPECT_EQ(out[s], static_cast<double>(s / count + 1)) << "lane " << lane << " slot " << s;
    }
  }
}

TEST_P(Fold, KeepsOneUnrotatedTermInEveryStage) {
  const std::size_t count = GetParam();
  for (std::size_t lane = 0; lane < count; ++lane) {
    for (const FoldStage& stage : fold_to_lane(count, lane)) {
      EXPECT_EQ(std::count(stage.begin(), stage.end(), ckks::Steps{0}), 1);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Counts, Fold, ::testing::Values(1, 2, 4, 8, 16, 32, 64));

}  // namespace
}  // namespace blindfit::matrix
