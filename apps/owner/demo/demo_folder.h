// SPDX-License-Identifier: Apache-2.0
// The folder of one demo: replaced by the next, gone if the demo fails.
#pragma once

#include <filesystem>

#include "apps/program/made_folder.h"

namespace blindfit::demo {

class DemoFolder {
 public:
  /// Makes the folder, in place of an earlier demo's; never touches anything else. Throws
  /// Error{kIo} if it holds what no demo made, or cannot be made.
  explicit DemoFolder(const std::filesystem::path& path);
  /// Removes the folder unless keep() was called.
  ~DemoFolder();
  DemoFolder(const DemoFolder&) = delete;
  DemoFolder& operator=(const DemoFolder&) = delete;

  void keep() noexcept { kept_ = true; }

 private:
  std::filesystem::path path_;
  program::MadeFolder folder_;
  bool kept_ = false;
};

}  // namespace blindfit::demo
