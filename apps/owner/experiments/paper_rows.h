// SPDX-License-Identifier: Apache-2.0
// The paper's own features: which rows are trained on and which are held out.
#pragma once

#include <filesystem>

#include "apps/owner/experiments/experiment.h"

namespace blindfit::experiments {

/// REGNET_X_400MF features of the first 512 MNIST training images: rows 1-128 are the paper's
/// training set, rows 129-512 are held out. Throws Error{kIo} if the file is not in `data`.
Rows paper_rows(const std::filesystem::path& data);

}  // namespace blindfit::experiments
