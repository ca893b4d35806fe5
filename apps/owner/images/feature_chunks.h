// SPDX-License-Identifier: Apache-2.0
// Finished parts of a long extraction on disk, so that an interrupted one goes on where it was.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

#include "blindfit/base/csprng.h"
#include "blindfit/images/extraction.h"

namespace blindfit::features {

/// A folder of numbered chunks. Each carries a key, the hash of all that its rows depend on, so
/// that chunks of other pictures or another backbone are never taken for its own.
class FeatureChunks {
 public:
  /// Touches nothing yet.
  explicit FeatureChunks(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// The chunk, if it is there, undamaged, and has this key and so many rows and columns.
  [[nodiscard]] std::optional<images::FeatureRows> load(std::size_t number, const base::Digest& key,
                                                        Eigen::Index rows,
                                                        Eigen::Index columns) const;
  /// Makes the folder if need be. Throws Error{kIo}.
  void save(std::size_t number, const base::Digest& key, const images::FeatureRows& chunk) const;
  /// Removes the chunks 0 .. count - 1, and the folder unless it holds anything else.
  void remove(std::size_t count) const noexcept;

 private:
  [[nodiscard]] std::filesystem::path path(std::size_t number) const;

  std::filesystem::path folder_;
};

}  // namespace blindfit::features
