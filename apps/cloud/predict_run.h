// SPDX-License-Identifier: Apache-2.0
// Logits of the encrypted rows of a query, by a trained head that stays encrypted or by a plain
// one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace blindfit::cloud {

struct PredictOptions {
  std::filesystem::path job;  ///< the upload folder: plan and evaluation keys
  std::filesystem::path query;
  std::filesystem::path result;  ///< that of the training run; empty with a plain head
  std::size_t iteration = 0;     ///< whose weights; 0: the last that is there
  std::filesystem::path head;    ///< a plain head, head.npz; empty without
  std::filesystem::path out;
  std::size_t threads = 0;
  std::optional<double> memory;  ///< bytes it may take; by default what is available
};

/// Makes the folder of logits whole or not at all, with a record, which it returns (docs/format.md,
/// "Logits record"). Throws Error{kTooLarge} before a key is read if it takes more memory;
/// Error{kInvalidArgument} if query and head do not fit each other or the plan; what the readers
/// return, with the path; Error{kIo}; Error{kCancelled}.
nlohmann::json predict(const PredictOptions& options);

}  // namespace blindfit::cloud
