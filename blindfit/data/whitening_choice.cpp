// SPDX-License-Identifier: Apache-2.0
#include "blindfit/data/whitening_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace blindfit::data {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Eigen::Index;

struct Candidate {
  bool equal_units = false;
  double scatter = 0.0;
  Index components = 0;
  double fraction = 0.0;
  double press = std::numeric_limits<double>::infinity();
  double standard_error = 0.0;
};

/// Everything that the candidates share: scores U (rows x rank, orthonormal columns), targets and
/// their projection.
struct Regression {
  Matrix scores;
  Matrix targets;    ///< rows x classes, y - 1/2
  Matrix projected;  ///< rank x classes, U^T targets
  Eigen::VectorXd eigenvalues;
};

Regression prepare(const Matrix& features, const Dataset& train, const PrincipalAxes& axes) {
  Regression regression;
  const Matrix centre = features.rowwise() - axes.mean.transpose();
  const Eigen::VectorXd inverse = axes.eigenvalues.array().sqrt().inverse();
  regression.scores = (centre * axes.axes.transpose()) * inverse.asDiagonal();
  regression.targets = Matrix::Constant(train.rows(), train.classes, -0.5);
  for (Index i = 0; i < train.rows(); ++i) {
    regression.targets(i, train.labels[static_cast<std::size_t>(i)]) = 0.5;
  }
  regression.projected = regression.scores.transpose() * regression.targets;
  regression.eigenvalues = axes.eigenvalues;
  return regression;
}

/// Leave-one-out error of ridge regression on the first `components` axes.
Candidate evaluate(const Regression& regression, Index components, double fraction) {
  const double ridge = fraction * regression.eigenvalues.sum();
  const Eigen::ArrayXd lambda = regression.eigenvalues.head(components).array();
  const Eigen::VectorXd shrinkage = lambda / (lambda + ridge);
  const auto scores = regression.scores.leftCols(components);
  const auto rows = static_cast<double>(regression.scores.rows());
  const Matrix coefficients = shrinkage.asDiagonal() * regression.projected.topRows(components);
  const Eigen::ArrayXd leverage = 1.0 / rows + (scores.cwiseAbs2() * shrinkage).array();
  const Matrix residuals =
      (regression.targets - scores * coefficients).rowwise() - regression.targets.colwise().mean();
  const Eigen::ArrayXd errors =
      residuals.rowwise().squaredNorm().array() / (1.0 - leverage).max(1e-12).square();
  const double mean = errors.mean();
  const double variance = (errors - mean).square().mean();
  Candidate candidate;
  candidate.components = components;
  candidate.fraction = fraction;
  candidate.press = mean;
  candidate.standard_error = std::sqrt(variance / rows);
  return candidate;
}

/// The best ridge of each count of components, in ascending order of components.
Result<std::vector<Candidate>> best_of_counts(const Dataset& train, const WhiteningGrid& grid,
                                              bool equal_units) {
  Matrix scaled;
  if (equal_units) {
    Result<Matrix> result = in_equal_units(train.features);
    if (!result) {
      return result.error();
    }
    scaled = std::move(result).value();
  }
  const Matrix& features = equal_units ? scaled : train.features;
  const Result<PrincipalAxes> axes = principal_axes(features);
  if (!axes) {
    return axes.error();
  }
  const Index rank = axes->eigenvalues.size();
  if (rank == 0) {
    return Error(ErrorCode::kInvalidArgument,
                 train.source +
                     ": whitening needs features that vary; check the columns, or choose "
                     "another transform: all rows are the same");
  }
  std::set<Index> counts;
  for (const Index components : grid.components) {
    counts.insert(std::min(components, rank));
  }
  if (*counts.begin() < 1) {
    return Error(ErrorCode::kInvalidArgument,
                 train.source + ": components must be in [1, " + std::to_string(rank) +
                     "]; ask for at least one: " + std::to_string(*counts.begin()));
  }
  const Regression regression = prepare(features, train, *axes);
  std::vector<Candidate> best_of_count;
  for (const Index components : counts) {
    Candidate best;
    for (const double fraction : grid.ridge_fractions) {
      const Candidate candidate = evaluate(regression, components, fraction);
      if (candidate.press < best.press) {
        best = candidate;
      }
    }
    best.equal_units = equal_units;
    best.scatter = axes->eigenvalues.sum();
    best_of_count.push_back(best);
  }
  return best_of_count;
}

}  // namespace

Result<WhiteningChoice> choose_whitening(const Dataset& train, const WhiteningGrid& grid) {
  if (train.labels.empty() || grid.components.empty() || grid.ridge_fractions.empty() ||
      !(grid.try_file_units || grid.try_equal_units)) {
    return Error(
        ErrorCode::kInvalidArgument,
        "choosing a whitening needs labels and candidates for components, ridge and units: " +
            train.source);
  }
  std::vector<Candidate> candidates;
  for (const bool equal_units : {false, true}) {
    if (!(equal_units ? grid.try_equal_units : grid.try_file_units)) {
      continue;
    }
    const auto found = best_of_counts(train, grid, equal_units);
    if (!found) {
      return found.error();
    }
    candidates.insert(candidates.end(), found->begin(), found->end());
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) {
                     return std::pair(a.components, a.press) < std::pair(b.components, b.press);
                   });
  const auto by_press = [](const Candidate& a, const Candidate& b) { return a.press < b.press; };
  const Candidate best = *std::min_element(candidates.begin(), candidates.end(), by_press);
  const Candidate chosen =
      *std::find_if(candidates.begin(), candidates.end(), [&best](const Candidate& candidate) {
        return candidate.press <= best.press + best.standard_error;
      });
  return WhiteningChoice{{TransformKind::kWhiten, chosen.components,
                          chosen.fraction * chosen.scatter, chosen.equal_units},
                         chosen.fraction,
                         chosen.press,
                         best.press,
                         best.standard_error};
}

}  // namespace blindfit::data
