// SPDX-License-Identifier: Apache-2.0
// Refreshes the ciphertexts of a folder and says what that took.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace blindfit::cloud {

struct RefreshOptions {
  std::filesystem::path job;
  std::filesystem::path out;
  std::size_t threads = 0;
  /// Every other input, from the first on, on one thread alone.
  bool compare_threads = false;
};

/// Makes the result folder whole or not at all: refreshed ciphertexts, the powers of the last one
/// if the job asks for them, and the record, which it returns (docs/format.md, "Refresh record").
/// Throws what load_refresh_upload does, Error{kIo} and Error{kCancelled}.
nlohmann::json refresh(const RefreshOptions& options);

}  // namespace blindfit::cloud
