// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/demo/demo_folder.h"

#include <fmt/core.h>

#include <span>
#include <string_view>
#include <system_error>

#include "apps/program/exit_code.h"
#include "blindfit/base/atomic_file.h"

namespace blindfit::demo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMarker = "made-by-blindfit-demo";
constexpr std::string_view kNote = "The next `blindfit demo` removes this folder.\n";

/// The path, once nothing but an earlier demo's folder was there.
const fs::path& cleared(const fs::path& path) {
  if (fs::exists(path / kMarker)) {
    fs::remove_all(path);
  }
  if (fs::exists(path) && !(fs::is_directory(path) && fs::is_empty(path))) {
    throw base::Error(base::ErrorCode::kIo,
                      fmt::format("'{}' exists already and no demo made it; choose another --out",
                                  path.string()));
  }
  return path;
}

}  // namespace

DemoFolder::DemoFolder(const fs::path& path) : path_(fs::absolute(path)), folder_(cleared(path_)) {
  program::throw_on_error(base::write_file(
      path_ / kMarker,
      std::span(reinterpret_cast<const std::uint8_t*>(kNote.data()), kNote.size())));
  fs::create_directory(path_ / "cloud");
}

DemoFolder::~DemoFolder() {
  std::error_code ignored;
  if (!kept_) {
    fs::remove_all(path_, ignored);
  }
}

}  // namespace blindfit::demo
