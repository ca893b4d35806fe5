// SPDX-License-Identifier: Apache-2.0
// What the demo trains on: the digits' pixels as a table, or image files through a backbone.
#pragma once

#include <string>

#include "apps/owner/demo/demo_steps.h"
#include "blindfit/data/dataset.h"

namespace blindfit::demo {

struct DemoInput {
  data::Split rows;     ///< features and labels
  data::Matrix pixels;  ///< 64 of 0..16 for each held-out row, to draw it
  std::string file;     ///< the training rows, in the demo's folder
  std::string noun;     ///< what the features are, e.g. "pixels"
};

/// Writes train.csv and test.csv.
DemoInput input_from_table(const Steps& steps, data::Split digits);

/// Writes the digits as PNGs in class folders, images/train and images/test, and goes on from these
/// files alone: through `backbone`, or if it is empty through SqueezeNet 1.1 if the folder of
/// shared data has it; without either their pixels are the features, and the demo says so. Throws
/// Error{kIo}; what `blindfit features` says of a backbone that it cannot run.
DemoInput input_from_images(const Steps& steps, const data::Split& digits,
                            const std::string& backbone, const program::Console& console);

}  // namespace blindfit::demo
