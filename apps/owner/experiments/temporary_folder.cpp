// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/temporary_folder.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "blindfit/base/error.h"

namespace blindfit::experiments {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder(const fs::path& parent, const std::string& name) {
  std::string path = (parent.empty() ? fs::temp_directory_path() : parent) / (name + "-XXXXXX");
  if (::mkdtemp(path.data()) == nullptr) {
    throw base::Error(
        base::ErrorCode::kIo,
        fmt::format("cannot make a folder in '{}': {}; choose another --scratch",
                    fs::path(path).parent_path().string(), std::generic_category().message(errno)));
  }
  path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace blindfit::experiments
