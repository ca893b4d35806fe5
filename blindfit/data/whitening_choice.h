// SPDX-License-Identifier: Apache-2.0
// How many components and how much ridge: chosen from the training rows alone, without a random
// draw (note 0006).
#pragma once

#include <vector>

#include "blindfit/data/transform.h"

namespace blindfit::data {

/// The candidates. Ridges are fractions of the total scatter (the sum of all eigenvalues), so they
/// need no units. One less than a power of two lets the components and the bias column fill a tile.
struct WhiteningGrid {
  std::vector<Eigen::Index> components{7, 15, 31, 63, 127, 255};
  std::vector<double> ridge_fractions{1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2};
  bool try_file_units = true;    ///< the features as they are
  bool try_equal_units = false;  ///< TransformOptions::equal_units
};

struct WhiteningChoice {
  TransformOptions options;  ///< kWhiten with the chosen components and ridge
  double ridge_fraction = 0.0;
  double press = 0.0;           ///< mean squared leave-one-out error of the choice
  double best_press = 0.0;      ///< the smallest of the grid
  double standard_error = 0.0;  ///< of best_press over the rows
};

/// The first iteration from W = 0 is ridge regression of the targets y - 1/2 on the components
/// (plus a bias), for which the leave-one-out residuals have the closed form r_i / (1 - h_ii)
/// (PRESS; Allen 1974). The rule: among the component counts, the smallest whose best ridge has a
/// mean squared leave-one-out error within one standard error of the grid's smallest (Breiman et
/// al. 1984), with that ridge. The axes themselves see all training rows, but no label. Counts
/// above the rank are cut down to it. Of two units with as many components the smaller error wins.
/// Errors: those of principal_axes; kInvalidArgument for
/// unlabelled rows or an empty grid. Cost: that of principal_axes plus rows x rank x (ridges +
/// classes x ridges).
base::Result<WhiteningChoice> choose_whitening(const Dataset& train,
                                               const WhiteningGrid& grid = {});

}  // namespace blindfit::data
