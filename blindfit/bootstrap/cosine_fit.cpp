// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/cosine_fit.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "blindfit/rlwe/encapsulation.h"

namespace blindfit::bootstrap {
namespace {

constexpr long double kPi = std::numbers::pi_v<long double>;
constexpr std::size_t kPointsPerInteger = 8;
/// Rare integers may err more, but not without bound.
constexpr long double kLeastWeight = 0x1p-20L;

using Column = std::vector<long double>;

/// Weighted samples of the basis, column by column, and of the target as the last column.
std::vector<Column> weighted_samples(const CosineProblem& problem) {
  const std::size_t unknowns = problem.degree + 1;
  std::vector<Column> columns(unknowns + 1);
  const long double variance = (rlwe::kEncapsulationWeight + 1) / 12.0L;
  const auto interval = static_cast<int>(problem.interval);
  for (int i = -interval; i <= interval; ++i) {
    const long double weight = std::sqrt(std::max(std::exp(-i * i / (2 * variance)), kLeastWeight));
    for (std::size_t k = 0; k < kPointsPerInteger; ++k) {
      const long double offset = std::cos(kPi * (static_cast<long double>(k) + 0.5L) /
                                          static_cast<long double>(kPointsPerInteger));
      const long double x = i + problem.margin * offset;
      const long double angle = std::acos(std::clamp(x / problem.radius(), -1.0L, 1.0L));
      for (std::size_t c = 0; c < unknowns; ++c) {
        columns[c].push_back(weight * std::cos(static_cast<long double>(c) * angle));
      }
      columns.back().push_back(weight * std::cos(problem.angle(x)));
    }
  }
  return columns;
}

long double dot(const Column& a, const Column& b) {
  long double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

}  // namespace

long double CosineProblem::angle(long double x) const noexcept {
  return std::ldexp(2 * kPi * (x - 0.25L + quarter_period()), -static_cast<int>(double_angles));
}

// Modified Gram-Schmidt with one repetition, which is as orthogonal as the arithmetic is precise.
// The target is treated as one more column, so its coefficients are the last column of R.
circuits::ChebyshevSeries fit_cosine(const CosineProblem& problem) {
  std::vector<Column> columns = weighted_samples(problem);
  const std::size_t unknowns = columns.size() - 1;
  std::vector<std::vector<long double>> r(unknowns, std::vector<long double>(unknowns + 1));
  for (std::size_t j = 0; j <= unknowns; ++j) {
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t i = 0; i < std::min(j, unknowns); ++i) {
        const long double projection = dot(columns[i], columns[j]);
        r[i][j] += projection;
        for (std::size_t k = 0; k < columns[j].size(); ++k) {
          columns[j][k] -= projection * columns[i][k];
        }
      }
    }
    if (j < unknowns) {
      r[j][j] = std::sqrt(dot(columns[j], columns[j]));
      for (long double& x : columns[j]) {
        x /= r[j][j];
      }
    }
  }
  std::vector<double> coefficients(unknowns);
  std::vector<long double> solution(unknowns);
  for (std::size_t i = unknowns; i-- > 0;) {
    long double rest = r[i][unknowns];
    for (std::size_t j = i + 1; j < unknowns; ++j) {
      rest -= r[i][j] * solution[j];
    }
    solution[i] = rest / r[i][i];
    coefficients[i] = static_cast<double>(solution[i]);
  }
  return {coefficients};
}

}  // namespace blindfit::bootstrap
