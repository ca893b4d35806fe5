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

/// How a given step shrinks over iterations t = 1 to T.
enum class StepSchedule {
  kConstant,
  kInverse,      ///< step / (1 + rate (t - 1))
  kExponential,  ///< step exp(-rate (t - 1))
  kCosine,       ///< step (1 + cos(pi (t - 1) / T)) / 2
};

struct OptimizerOptions {
  Optimizer method = Optimizer::kQuadraticGradientNag;
  /// Start of the momentum recursion. 1 gives eta_1 = 0; the paper's 0.01 gives eta_1 = 0.99, which
  /// wastes the first step (paper.md 3.4).
  double a0 = 1;
  /// Without it, the paper's rates: 1 + 1/(n t) for the quadratic gradient, else 1/(n t). With it,
  /// `step` for the quadratic gradient, else step / n, at t = 1 and then by the schedule.
  std::optional<double> step;
  StepSchedule schedule = StepSchedule::kConstant;
  double schedule_rate = 0.1;  ///< of kInverse and kExponential
  /// The fraction of W that the first iteration takes away; later ones by the schedule, so that it
  /// keeps its proportion to the step (Loshchilov and Hutter 2019, "decoupled").
  double weight_decay = 0;
};

/// The public coefficients of iteration t of
///   T = (1 - decay) W + rate B o ((Y - P)^T X),  W' = (1 - eta) T + eta V,  V' = T,
/// with P computed at V.
struct OptimizerStep {
  double rate = 1;
  double eta = 0;
  double decay = 0;
  bool operator==(const OptimizerStep&) const = default;
};

/// Returns iterations 1 to `iterations` on `rows` rows. eta_t = (1 - a_(t-1)) / a_t with
/// a_t = (1 + sqrt(1 + 4 a_(t-1)^2)) / 2; gradient ascent has eta = 0. Throws
/// Error{kInvalidArgument} unless rows >= 1, iterations >= 0, a0 >= 0, a given step is positive,
/// the decay is in [0, 1), the schedule's rate >= 0, and schedules other than kConstant have a
/// step.
std::vector<OptimizerStep> schedule(const OptimizerOptions& options, Eigen::Index rows,
                                    int iterations);

/// B of the paper: B_j = 1 / (1e-10 + c D_j), D_j = sum_i |x_ij| sum_l |x_il|, for a design matrix
/// with its bias column and the loss's curvature c, in the paper 1/4. A global bound of the
/// curvature for any signs; O(n f).
Eigen::RowVectorXd diagonal_bound(const Matrix& design, double curvature = 0.25);

/// The same with the row sums of |X^T X|, which are smaller when entries have both signs: the
/// author's simulation. O(n f^2).
Eigen::RowVectorXd gram_bound(const Matrix& design, double curvature = 0.25);

}  // namespace blindfit::learn
