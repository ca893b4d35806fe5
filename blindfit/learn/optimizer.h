// SPDX-License-Identifier: Apache-2.0
// First-order methods of the paper: Nesterov's recursion, learning rates and the diagonal bound
// that makes a gradient "quadratic" (paper.md 3).
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "blindfit/data/dataset.h"

namespace blindfit::learn {

using data::Matrix;

enum class Optimizer {
  kGradientAscent,        ///< W' = W + rate g
  kNag,                   ///< the recursion below, B = 1
  kQuadraticGradientNag,  ///< the recursion below, B from diagonal_bound
};

struct OptimizerOptions {
  Optimizer method = Optimizer::kQuadraticGradientNag;
  /// Start of the momentum recursion. 1 gives eta_1 = 0; the paper's 0.01 gives eta_1 = 0.99, which
  /// wastes the first step (paper.md 3.4).
  double a0 = 1;
  /// Without it, the paper's rates: 1 + 1/(n t) for the quadratic gradient, else 1/(n t). With it,
  /// the same step at every t: `step` for the quadratic gradient, else step / n.
  std::optional<double> step;
};

/// The public coefficients of iteration t of
///   T = W + rate B o ((Y - P)^T X),  W' = (1 - eta) T + eta V,  V' = T,
/// with P computed at V.
struct OptimizerStep {
  double rate = 1;
  double eta = 0;
  bool operator==(const OptimizerStep&) const = default;
};

/// Returns iterations 1 to `iterations` on `rows` rows. eta_t = (1 - a_(t-1)) / a_t with
/// a_t = (1 + sqrt(1 + 4 a_(t-1)^2)) / 2; gradient ascent has eta = 0. Throws
/// Error{kInvalidArgument} unless rows >= 1, iterations >= 0, a0 >= 0 and a given step is positive.
std::vector<OptimizerStep> schedule(const OptimizerOptions& options, Eigen::Index rows,
                                    int iterations);

/// B of the paper: B_j = 1 / (1e-10 + D_j / 4), D_j = sum_i |x_ij| sum_l |x_il|, for a design
/// matrix with its bias column. A global bound of the curvature for any signs; O(n f).
Eigen::RowVectorXd diagonal_bound(const Matrix& design);

/// The same with the row sums of |X^T X|, which are smaller when entries have both signs: the
/// author's simulation. O(n f^2).
Eigen::RowVectorXd gram_bound(const Matrix& design);

}  // namespace blindfit::learn
