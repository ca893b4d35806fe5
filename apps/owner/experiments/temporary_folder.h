// SPDX-License-Identifier: Apache-2.0
// A folder that is gone when the experiment is.
#pragma once

#include <filesystem>
#include <string>

namespace blindfit::experiments {

class TemporaryFolder {
 public:
  /// In `parent`, or where the system keeps such folders if that is empty. Throws Error{kIo}.
  TemporaryFolder(const std::filesystem::path& parent, const std::string& name);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace blindfit::experiments
