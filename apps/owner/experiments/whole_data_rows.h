// SPDX-License-Identifier: Apache-2.0
// Whole data sets out of the folder of shared data: which rows are trained on and which are held
// out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/owner/experiments/experiment.h"

namespace blindfit::experiments {

/// MNIST's own split, 60,000 and 10,000 rows of 512 SqueezeNet 1.1 features. All readers throw
/// Error{kIo} if a file is not in `data`.
Rows mnist_feature_rows(const std::filesystem::path& data);
/// The same rows as 784 pixels, 0 to 255.
Rows mnist_pixel_rows(const std::filesystem::path& data);
/// MNIST's threes (1) and eights (0), 2x2 mean-pooled to 196 features: 11,982 and 1,984 rows (Han
/// et al. 2019).
Rows mnist38_rows(const std::filesystem::path& data);

/// The iDASH 2017 competition's set and the classical medical sets that papers on encrypted
/// logistic regression report, each with labels 0 and 1.
inline constexpr const char* kIdash = "idash18x1579";
std::vector<std::string> classical_sets();
/// One of the names above.
data::Dataset medical_rows(const std::filesystem::path& data, const std::string& name);

/// Stratified folds, each held out in turn; the seed was fixed before any result was seen.
inline constexpr int kFolds = 5;
inline constexpr std::uint64_t kFoldSeed = 1;
std::vector<Rows> cross_validation_rows(const data::Dataset& all);

}  // namespace blindfit::experiments
