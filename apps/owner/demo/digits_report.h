// SPDX-License-Identifier: Apache-2.0
// What the demo's page says, gathered from the files that the journey left.
#pragma once

#include <filesystem>
#include <vector>

#include "apps/owner/report/figures.h"
#include "blindfit/data/dataset.h"
#include "blindfit/learn/head.h"

namespace blindfit::demo {

/// What the journey has yielded: rows, and one head after every iteration.
struct Outcome {
  data::Dataset train;
  data::Dataset heldout;
  data::Matrix heldout_pixels;            ///< 8 x 8 of 0..16 a row
  std::vector<learn::Head> heads;         ///< decrypted
  std::vector<learn::Head> mirror_heads;  ///< the same iterations in the clear
  learn::Head plaintext;                  ///< logistic regression in the clear
  double owner_only_accuracy = 0;
};

double heldout_accuracy(const learn::Head& head, const data::Dataset& heldout);

/// The page's figures but for method, costs and files.
report::Figures outcome_figures(const Outcome& outcome);

/// The files of an upload folder with some of their bytes; the keys as one.
std::vector<report::CloudFile> cloud_files(const std::filesystem::path& upload);

}  // namespace blindfit::demo
