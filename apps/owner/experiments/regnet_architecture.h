// SPDX-License-Identifier: Apache-2.0
// `blindfit reproduce regnet-architecture`: the paper's backbone, with random weights, computes
// here what another runtime computes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace blindfit::experiments {

inline constexpr const char* kRegnetName = "regnet-architecture";
inline constexpr const char* kRegnetSummary =
    "RegNet_X_400MF from its published block parameters, by OpenCV and by onnxruntime";
/// What the two may differ by, relative to the largest value of a feature: float32 over 70 layers.
inline constexpr double kRegnetTolerance = 1e-4;

struct RegnetOptions {
  std::filesystem::path scratch;  ///< where the temporary folder is made; empty: the system's
  std::size_t threads = 0;
};

/// Has tools/regnet_architecture.py (of the source tree that this program was built in, or of the
/// working directory) build the model and the reference, by build/onnx-venv/bin/python3 if it is
/// there, else python3; then extracts the features of the same images. Throws Error{kIo} if the
/// script is not to be found or ends with an error, which it has printed.
nlohmann::json run_regnet_experiment(const RegnetOptions& options);

}  // namespace blindfit::experiments
