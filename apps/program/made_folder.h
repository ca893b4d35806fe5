// SPDX-License-Identifier: Apache-2.0
// Folders that fill file by file under their own names, and are gone if nothing came.
#pragma once

#include <filesystem>
#include <vector>

namespace blindfit::program {

/// Makes a folder and the parents that it lacks. Those of them that are empty when this goes are
/// removed again, so that a command that failed before its first file leaves no trace; folders that
/// were there before stay.
class MadeFolder {
 public:
  /// Throws Error{kIo} with path, reason and remedy.
  explicit MadeFolder(const std::filesystem::path& path);
  ~MadeFolder();
  MadeFolder(const MadeFolder&) = delete;
  MadeFolder& operator=(const MadeFolder&) = delete;

 private:
  void remove_empty() const noexcept;

  std::vector<std::filesystem::path> made_;  // innermost first
};

}  // namespace blindfit::program
