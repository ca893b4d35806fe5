// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/remez.h"

#include <Eigen/QR>
#include <cmath>
#include <utility>

namespace blindfit::learn {
namespace {

using Eigen::Index;

/// The largest error of each run of one sign; runs are dropped from the weaker end beyond `count`.
std::vector<Index> alternating_extrema(const Eigen::VectorXd& error, Index count) {
  std::vector<Index> extrema;
  for (Index i = 0; i < error.size(); ++i) {
    if (extrema.empty() || (error(i) > 0) != (error(extrema.back()) > 0)) {
      extrema.push_back(i);
    } else if (std::abs(error(i)) > std::abs(error(extrema.back()))) {
      extrema.back() = i;
    }
  }
  while (static_cast<Index>(extrema.size()) > count) {
    const bool first_weaker = std::abs(error(extrema.front())) < std::abs(error(extrema.back()));
    extrema.erase(first_weaker ? extrema.begin() : extrema.end() - 1);
  }
  return extrema;
}

}  // namespace

MinimaxFit fit_minimax(const Eigen::MatrixXd& design, const Eigen::VectorXd& values,
                       std::vector<Index> reference) {
  constexpr int kMostExchanges = 100;
  constexpr double kLevelled = 1e-9;  // relative excess of the largest error over the levelled one
  const Index count = design.cols() + 1;
  MinimaxFit fit;
  for (int exchange = 0; exchange < kMostExchanges; ++exchange) {
    Eigen::MatrixXd system(count, count);  // coefficients and the levelled error
    Eigen::VectorXd right(count);
    for (Index i = 0; i < count; ++i) {
      const Index point = reference[static_cast<std::size_t>(i)];
      system.row(i) << design.row(point), (i % 2 == 0 ? 1.0 : -1.0);
      right(i) = values(point);
    }
    const Eigen::VectorXd solution = system.colPivHouseholderQr().solve(right);
    fit.coefficients = solution.head(count - 1);
    const Eigen::VectorXd error = values - design * fit.coefficients;
    fit.error = error.cwiseAbs().maxCoeff();
    if (fit.error <= std::abs(solution(count - 1)) * (1 + kLevelled)) {
      break;
    }
    std::vector<Index> next = alternating_extrema(error, count);
    if (static_cast<Index>(next.size()) < count) {
      break;  // rounding: the error no longer alternates
    }
    reference = std::move(next);
  }
  return fit;
}

}  // namespace blindfit::learn
