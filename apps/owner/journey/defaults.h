// SPDX-License-Identifier: Apache-2.0
// What a plan is made with where nobody says: rules that need no data, and their refinement on the
// owner's own rows in the clear (note 0013). For whitened features, the summed binary losses and
// NAG with a constant step.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <optional>

#include "apps/owner/journey/owner_plan.h"
#include "blindfit/data/dataset.h"

namespace blindfit::journey {

/// Three: what N = 2^15 holds.
inline constexpr std::size_t kDefaultIterations = 3;
/// Twice the Newton step of the sigmoid's curvature at zero: away from there it is flatter.
inline constexpr double kDefaultStep = 8;

/// One less than a power of two, with the bias a full tile; at most the features and a quarter of
/// the rows, at least 1.
Eigen::Index components_by_rule(std::size_t rows, std::size_t features) noexcept;

/// Half the width of a domain that logits do not leave: 1.25 step + 2 (iterations - 2). The first
/// term bounds what least squares fits to y - 1/2 on every data set that was tried, the second the
/// growth of an iteration.
double range_by_rule(double step, std::size_t iterations) noexcept;

/// 7 for up to four iterations, 15 for more, which follow the sigmoid further; 5 and 13, as many
/// levels, if nobody checks that logits stay in the range: those push back what leaves it.
int degree_by_rule(std::size_t iterations, bool checked) noexcept;

/// What is settled of the two; the rest is chosen.
struct TrainingWishes {
  std::optional<std::size_t> iterations;
  std::optional<double> step;
};

struct TrainingChoice {
  std::size_t iterations = kDefaultIterations;
  double step = kDefaultStep;
  double accuracy = 0;   ///< on held-back rows, with the polynomial of the rule
  double reference = 0;  ///< of logistic regression run to its end, on the same
  std::size_t held_back = 0;
};

/// The fewest iterations for which a step reaches the reference, less half its standard error and
/// at least 0.2 points, on rows that are held back from `train` (a fifth, stratified; all folds in
/// turn if there are few), and the most accurate of those steps; the most accurate of all if none
/// does. Trains in the clear on at most 20,000 rows. Deterministic. Throws what fit_transform
/// returns.
TrainingChoice choose_training(const data::Dataset& train, const Preparation& preparation,
                               const TrainingWishes& wishes);

}  // namespace blindfit::journey
