// SPDX-License-Identifier: Apache-2.0
// Folders that are whole or absent: filled under another name, then renamed.
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

/// The same for work that is worth going on with: the folder in the making is
/// `<target>.unfinished`, and what it holds stays without a commit, after a failure and after `kill
/// -9`. One process at a time may have it open.
class ResumableDirectory {
 public:
  /// With `resume` it goes on in what an earlier run left, or begins if there is nothing. Throws
  /// Error{kIo} as StagedDirectory does; if an earlier run left files and `resume` is false, with
  /// both remedies; if another process is at work there.
  ResumableDirectory(const std::filesystem::path& target, bool resume, const std::string& remedy);
  /// Removes the folder in the making if it is empty.
  ~ResumableDirectory();
  ResumableDirectory(const ResumableDirectory&) = delete;
  ResumableDirectory& operator=(const ResumableDirectory&) = delete;

  /// The name of the folder in the making of `target`.
  [[nodiscard]] static std::filesystem::path unfinished(const std::filesystem::path& target);
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
