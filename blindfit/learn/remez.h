// SPDX-License-Identifier: Apache-2.0
// Minimax fits on a grid by Remez's exchange: what activations and the softmax's front share.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace blindfit::learn {

struct MinimaxFit {
  Eigen::VectorXd coefficients;
  double error = 0;  ///< the largest |values - design * coefficients|
};

/// The coefficients of least largest error, up to one part in 10^9, or where rounding ends the
/// alternation. `design` has a row for each point of the grid, whose order is that of the line, and
/// a column for each coefficient; `reference` are columns + 1 points to start from, in order.
MinimaxFit fit_minimax(const Eigen::MatrixXd& design, const Eigen::VectorXd& values,
                       std::vector<Eigen::Index> reference);

}  // namespace blindfit::learn
