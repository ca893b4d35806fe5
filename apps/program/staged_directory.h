// SPDX-License-Identifier: Apache-2.0
// Folders that are whole or absent: filled under a temporary name, then renamed.
#pragma once

#include <filesystem>
#include <string>

namespace blindfit::program {

/// A folder in the making, named `<target>.partial-<random>`. Without a commit the destructor
/// removes it, and after `kill -9` the next one of the same target does.
class StagedDirectory {
 public:
  /// `remedy` ends the message when the target is taken, e.g. "choose another --out".
  /// Throws Error{kIo} if `target` exists and is not an empty folder, or if nothing can be made
  /// there.
  StagedDirectory(const std::filesystem::path& target, std::filesystem::perms access,
                  const std::string& remedy);
  ~StagedDirectory();
  StagedDirectory(const StagedDirectory&) = delete;
  StagedDirectory& operator=(const StagedDirectory&) = delete;

  /// Where to write.
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// Gives the folder its name. Call once, last. Throws Error{kIo}.
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace blindfit::program
