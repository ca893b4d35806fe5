// SPDX-License-Identifier: Apache-2.0
#include "apps/program/staged_directory.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "blindfit/base/error.h"

namespace blindfit::program {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;

constexpr const char* kTemporaryMark = ".partial-";

[[noreturn]] void fail(const fs::path& path, int error) {
  throw Error(ErrorCode::kIo, fmt::format("cannot make the folder '{}': {}; check that its parent "
                                          "exists, is writable and has space",
                                          path.string(), std::generic_category().message(error)));
}

/// "owner/" and "owner" are the same folder.
fs::path without_trailing_slash(const fs::path& path) {
  return path.has_filename() ? path : path.parent_path();
}

/// A lock that lives as long as the process: how a later run knows an abandoned folder.
int lock_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0 && ::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor);
    return -1;
  }
  return descriptor;
}

void remove_abandoned(const fs::path& target) {
  const std::string prefix = target.filename().string() + kTemporaryMark;
  const fs::path parent = target.has_parent_path() ? target.parent_path() : fs::path(".");
  std::error_code ignored;  // What cannot be listed or removed is no reason to fail here.
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    if (entry.path().filename().string().rfind(prefix, 0) != 0 || !entry.is_directory(ignored)) {
      continue;
    }
    if (const int lock = lock_folder(entry.path()); lock >= 0) {
      fs::remove_all(entry.path(), ignored);
      ::close(lock);
    }
  }
}

}  // namespace

StagedDirectory::StagedDirectory(const fs::path& target, fs::perms access,
                                 const std::string& remedy)
    : target_(without_trailing_slash(target)) {
  std::error_code error;
  const bool taken = fs::exists(target_, error) &&
                     (!fs::is_directory(target_, error) || !fs::is_empty(target_, error));
  if (taken) {
    throw Error(ErrorCode::kIo, fmt::format("'{}' exists already and nothing is overwritten; {}",
                                            target_.string(), remedy));
  }
  remove_abandoned(target_);
  do {
    std::string name = target_.string() + kTemporaryMark + "XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
      fail(target_, errno);
    }
    path_ = name;
    lock_ = lock_folder(path_);
  } while (!fs::exists(path_, error));  // another run took it for abandoned before it was locked
  fs::permissions(path_, access);
}

StagedDirectory::~StagedDirectory() {
  if (!path_.empty()) {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  if (lock_ >= 0) {
    ::close(lock_);
  }
}

void StagedDirectory::commit() {
  // rename(2) replaces an empty folder and refuses any other, so nothing that appeared meanwhile is
  // lost.
  if (::rename(path_.c_str(), target_.c_str()) != 0) {
    fail(target_, errno);
  }
  path_.clear();
}

}  // namespace blindfit::program
