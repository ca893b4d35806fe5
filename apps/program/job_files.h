// SPDX-License-Identifier: Apache-2.0
// Names of the files that pass between owner and cloud: what lies in an upload and in a result.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "blindfit/ring/automorphism.h"

namespace blindfit::program {

/// upload/: what the cloud gets.
namespace upload {
inline constexpr const char* kPlan = "plan.json";
inline constexpr const char* kKeys = "evaluation_keys";
inline constexpr const char* kRelinearizationKey = "relinearization.key";
inline constexpr const char* kLabelProduct = "label-product.ct";
inline constexpr const char* kPreconditioner = "preconditioner.ct";
inline constexpr const char* kStart = "start.ct";

/// Tiles and label pairs are numbered from 1.
std::string data_file(std::size_t index);
std::string labels_file(std::size_t index);
/// "conjugation.key" or "rotation_<element>.key".
std::string galois_key_file(ring::GaloisElement element, unsigned log_n);
}  // namespace upload

/// result/: what comes back, and what `train --resume` goes on from.
namespace result {
inline constexpr const char* kTraining = "training.json";

/// W after iteration t, counted from 1, at level 0.
std::string weights_file(std::size_t iteration);
/// V and W after iteration t at their own levels.
std::string checkpoint_v_file(std::size_t iteration);
std::string checkpoint_w_file(std::size_t iteration);
}  // namespace result

/// Bytes of all regular files in `folder` whose extension is `extension` (".ct"; empty: all).
double folder_bytes(const std::filesystem::path& folder, const std::string& extension);

}  // namespace blindfit::program
