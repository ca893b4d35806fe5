// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/softmax.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace blindfit::learn {
namespace {

using Row = std::vector<double>;

SoftmaxApproximation made(SoftmaxSpec spec) {
  return *make_softmax(spec);
}

/// Infinite where an evaluation has left all bounds.
double error_of(const SoftmaxApproximation& softmax, const Row& row) {
  const Row expected = centred_softmax(row);
  const Row seen = softmax(row);
  double worst = 0;
  for (std::size_t k = 0; k < row.size(); ++k) {
    const double error = std::abs(seen[k] - expected[k]);
    worst = std::isfinite(error) ? std::max(worst, error) : INFINITY;
  }
  return worst;
}

double sum_of(const Row& row) {
  return std::accumulate(row.begin(), row.end(), 0.0);
}

/// `count` logits at `domain` and the rest at -domain.
Row split(const SoftmaxSpec& spec, std::size_t count) {
  Row row(spec.classes, -spec.domain);
  std::fill_n(row.begin(), count, spec.domain);
  return row;
}

/// Rows of very different spreads inside the domain, and every corner up to order.
std::vector<Row> rows_of(const SoftmaxSpec& spec, std::size_t random_rows) {
  std::vector<Row> rows;
  for (std::size_t j = 0; j <= spec.classes; ++j) {
    rows.push_back(split(spec, j));
  }
  rows.push_back(split(spec, 2));
  rows.back()[1] -= 1;  // nearly tied
  std::mt19937_64 generator(12);
  const auto unit = [&] { return static_cast<double>(generator() >> 11) * 0x1p-53; };
  for (std::size_t i = 0; i < random_rows; ++i) {
    const double power = 4 * unit();  // how much the row leans to one side
    const double spread = spec.domain * unit();
    Row row;
    for (std::size_t k = 0; k < spec.classes; ++k) {
      row.push_back(spread * (2 * std::pow(unit(), power) - 1));
    }
    rows.push_back(row);
  }
  return rows;
}

/// Climbs from `row` to a row of larger error inside the domain, one logit at a time.
Row adversarial(const SoftmaxApproximation& softmax, Row row) {
  double error = error_of(softmax, row);
  for (int halvings = 1; halvings <= 8; ++halvings) {
    const double step = softmax.spec.domain * std::exp2(-halvings);
    for (std::size_t n = 0; n < 4 * row.size(); ++n) {
      Row moved = row;
      double& logit = moved[n % row.size()];
      logit = std::clamp(logit + (n / row.size() % 2 == 0 ? step : -step), -softmax.spec.domain,
                         softmax.spec.domain);
      const double moved_error = error_of(softmax, moved);
      if (moved_error > error) {
        row = std::move(moved);
        error = moved_error;
      }
    }
  }
  return row;
}

struct Shape {
  std::size_t classes;
  double domain;
  std::size_t depth;
};

class SoftmaxOfShape : public ::testing::TestWithParam<Shape> {
 protected:
  SoftmaxSpec spec_{GetParam().classes, GetParam().domain, 1e-2};
  SoftmaxApproximation softmax_ = made(spec_);
};

INSTANTIATE_TEST_SUITE_P(Softmax, SoftmaxOfShape,
                         ::testing::Values(Shape{2, 8, 10}, Shape{10, 8, 13}, Shape{2, 16, 13},
                                           Shape{3, 16, 14}, Shape{10, 16, 16}, Shape{100, 16, 20},
                                           Shape{10, 32, 20}, Shape{26, 40, 24},
                                           Shape{100, 40, 27}),
                         [](const auto& instance) {
                           return "Classes" + std::to_string(instance.param.classes) + "Domain" +
                                  std::to_string(static_cast<int>(instance.param.domain));
                         });

TEST_P(SoftmaxOfShape, HasTheDepthOfTheNotesTable) {
  EXPECT_EQ(softmax_.depth(), GetParam().depth);
}

TEST_P(SoftmaxOfShape, StaysWithinItsErrorOnTheGridOfMaxError) {
  EXPECT_LE(softmax_.max_error(), spec_.max_error);
}

TEST_P(SoftmaxOfShape, StaysWithinItsErrorOnRandomExtremeAndAdversarialRows) {
  const std::vector<Row> rows = rows_of(spec_, 2000);
  for (const Row& row : rows) {
    EXPECT_LE(error_of(softmax_, row), spec_.max_error);
  }
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_LE(error_of(softmax_, adversarial(softmax_, rows[i * rows.size() / 10])),
              spec_.max_error);
  }
}

TEST_P(SoftmaxOfShape, KeepsEverySumAndValueInItsProvedRange) {
  constexpr double kRounding = 1e-9;
  for (const Row& row : rows_of(spec_, 1000)) {
    for (const double v : softmax_.before_step(row, 0)) {
      EXPECT_GE(v, softmax_.front_low - 1e-4);  // an extreme between two points of a grid
      EXPECT_LE(v, softmax_.front_high + 1e-4);
    }
    for (std::size_t i = 0; i + 1 < softmax_.steps.size(); ++i) {
      const Row p = softmax_.before_step(row, i + 1);
      EXPECT_GE(*std::min_element(p.begin(), p.end()), 0);
      EXPECT_GE(sum_of(p), softmax_.steps[i].low * (1 - kRounding)) << i;
      EXPECT_LE(sum_of(p), softmax_.steps[i].high * (1 + kRounding)) << i;
    }
  }
}

TEST_P(SoftmaxOfShape, KeepsMessagesNearOne) {
  for (std::size_t i = 0; i + 1 < softmax_.steps.size(); ++i) {
    EXPECT_LE(softmax_.steps[i].high, 1.1) << i;
    EXPECT_GT(softmax_.steps[i].low, 0) << i;
  }
}

/// Rows of three different logits: what extremes of sums consist of.
std::vector<Row> three_valued_rows(const SoftmaxSpec& spec) {
  constexpr int kIntervals = 24;
  std::vector<Row> rows;
  for (std::size_t tops = 1; tops < spec.classes; ++tops) {
    for (int i = 0; i <= kIntervals; ++i) {
      for (int j = 0; j <= kIntervals; ++j) {
        Row row = split(spec, 0);
        std::fill_n(row.begin(), tops, spec.domain * (2.0 * i / kIntervals - 1));
        row.back() = spec.domain * (2.0 * j / kIntervals - 1);
        rows.push_back(row);
      }
    }
  }
  return rows;
}

TEST(Softmax, AttainsItsProvedRanges) {
  const SoftmaxApproximation softmax = made({10, 16, 1e-2});
  const std::vector<Row> rows = three_valued_rows(softmax.spec);
  for (std::size_t i = 0; i + 1 < softmax.steps.size(); ++i) {
    double low = INFINITY;
    double high = 0;
    for (const Row& row : rows) {
      const double sum = sum_of(softmax.before_step(row, i + 1));
      low = std::min(low, sum);
      high = std::max(high, sum);
    }
    EXPECT_GT(high, 0.95 * softmax.steps[i].high) << i;
    EXPECT_LT(low, 1.05 * softmax.steps[i].low) << i;
  }
}

TEST(Softmax, IgnoresACommonShift) {
  const SoftmaxApproximation softmax = made({10, 16, 1e-2});
  Row row = rows_of(softmax.spec, 1).back();
  const Row before = softmax(row);
  for (double& z : row) {
    z += 1000;
  }
  const Row after = softmax(row);
  for (std::size_t k = 0; k < row.size(); ++k) {
    EXPECT_NEAR(after[k], before[k], 1e-9);
  }
}

TEST(Softmax, IsZeroForEqualLogitsAndSumsToZero) {
  const SoftmaxApproximation softmax = made({7, 16, 1e-2});
  for (const double p : softmax(Row(7, 3.5))) {
    EXPECT_NEAR(p, 0, 1e-12);
  }
  for (const Row& row : rows_of(softmax.spec, 50)) {
    EXPECT_NEAR(sum_of(softmax(row)), 0, 1e-12);
  }
}

TEST(Softmax, BreaksBeyondItsDomain) {
  const SoftmaxApproximation softmax = made({10, 16, 1e-2});
  Row row = split(softmax.spec, 1);
  EXPECT_LE(error_of(softmax, row), softmax.spec.max_error);
  row[0] = 24;
  EXPECT_FALSE(softmax.covers(row));
  EXPECT_GT(error_of(softmax, row), 10 * softmax.spec.max_error);
}

TEST_P(SoftmaxOfShape, CoversItsDomain) {
  for (const Row& row : rows_of(spec_, 500)) {
    EXPECT_TRUE(softmax_.covers(row));
  }
}

TEST(Softmax, IsAccurateWhereverItCovers) {
  const SoftmaxApproximation softmax = made({10, 16, 1e-2});
  std::size_t wide = 0;
  std::size_t refused = 0;
  for (Row row : rows_of(softmax.spec, 5000)) {
    for (double& z : row) {
      z *= 1.8;
    }
    if (softmax.covers(row)) {
      EXPECT_LE(error_of(softmax, row), softmax.spec.max_error);
      const auto [low, high] = std::minmax_element(row.begin(), row.end());
      wide += *high - *low > 2 * softmax.spec.domain ? 1 : 0;
    } else {
      ++refused;
    }
  }
  EXPECT_GT(wide, 500U);
  EXPECT_GT(refused, 0U);
}

TEST(Softmax, BreaksWithAnotherShift) {
  const SoftmaxApproximation softmax = made({10, 16, 1e-2});
  for (std::size_t i = 0; i < softmax.steps.size(); ++i) {
    if (softmax.steps[i].kind == SoftmaxStep::Kind::kSquare) {
      continue;
    }
    SoftmaxApproximation changed = softmax;
    changed.steps[i].shift *= 1.25;
    EXPECT_GT(changed.max_error(), softmax.spec.max_error) << i;
  }
}

TEST(Softmax, SpendsLevelsOnAccuracy) {
  const SoftmaxApproximation coarse = made({10, 16, 5e-2});
  const SoftmaxApproximation fine = made({10, 16, 1e-3});
  EXPECT_LE(coarse.max_error(), 5e-2);
  EXPECT_LE(fine.max_error(), 1e-3);
  EXPECT_LT(coarse.depth(), fine.depth());
}

TEST(Softmax, RefusesSpecsOutOfRange) {
  const double nan = std::nan("");
  for (const SoftmaxSpec& spec :
       {SoftmaxSpec{1, 16, 1e-2}, SoftmaxSpec{257, 16, 1e-2}, SoftmaxSpec{10, 0.4, 1e-2},
        SoftmaxSpec{10, 65, 1e-2}, SoftmaxSpec{10, nan, 1e-2}, SoftmaxSpec{10, 16, 9e-5},
        SoftmaxSpec{10, 16, 0.2}, SoftmaxSpec{10, 16, nan}}) {
    EXPECT_EQ(conforming(spec).error().code(), base::ErrorCode::kMalformed);
    EXPECT_EQ(make_softmax(spec).error().code(), base::ErrorCode::kInvalidArgument);
  }
  EXPECT_TRUE(conforming(SoftmaxSpec{}));
  EXPECT_THROW((void)made({10, 16, 1e-2})(Row(9)), base::Error);
}

TEST(CentredSoftmax, IsExactAndDoesNotOverflow) {
  const Row p = centred_softmax(Row{1000, 1000, -1000, 1000 - std::log(2)});
  EXPECT_NEAR(p[0], 0.4 - 0.25, 1e-12);
  EXPECT_NEAR(p[1], 0.4 - 0.25, 1e-12);
  EXPECT_NEAR(p[2], -0.25, 1e-12);
  EXPECT_NEAR(p[3], 0.2 - 0.25, 1e-12);
  EXPECT_TRUE(centred_softmax(Row{}).empty());
}

}  // namespace
}  // namespace blindfit::learn
