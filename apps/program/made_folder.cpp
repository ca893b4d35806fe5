// SPDX-License-Identifier: Apache-2.0
#include "apps/program/made_folder.h"

#include <fmt/core.h>

#include <algorithm>
#include <system_error>

#include "blindfit/base/error.h"

namespace blindfit::program {

namespace fs = std::filesystem;

MadeFolder::MadeFolder(const fs::path& path) {
  std::error_code error;
  for (fs::path missing = fs::absolute(path); !fs::exists(missing, error) && !error;
       missing = missing.parent_path()) {
    if (missing.has_filename()) {  // "result/" and "result" are the same folder
      made_.push_back(missing);
    }
  }
  fs::create_directories(path, error);
  if (error) {
    remove_empty();
    throw base::Error(base::ErrorCode::kIo,
                      fmt::format("cannot make the folder '{}': {}; check that its parent is "
                                  "writable and has space",
                                  path.string(), error.message()));
  }
}

MadeFolder::~MadeFolder() {
  remove_empty();
}

void MadeFolder::remove_empty() const noexcept {
  for (const fs::path& folder : made_) {
    std::error_code ignored;  // of a folder that is not empty
    fs::remove(folder, ignored);
  }
}

}  // namespace blindfit::program
