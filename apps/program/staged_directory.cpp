// SPDX-License-Identifier: Apache-2.0
#include "apps/program/staged_directory.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
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

/// A lock that lives as long as the process: how a later run knows an abandoned folder. -1 and
/// errno if it cannot be had; EWOULDBLOCK if another process holds it.
int lock_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0 && ::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    ::close(descriptor);
    errno = reason;
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

void refuse_taken(const fs::path& target, const std::string& remedy) {
  std::error_code error;
  const bool taken = fs::exists(target, error) &&
                     (!fs::is_directory(target, error) || !fs::is_empty(target, error));
  if (taken) {
    throw Error(ErrorCode::kIo, fmt::format("'{}' exists already and nothing is overwritten; {}",
                                            target.string(), remedy));
  }
}

/// rename(2) replaces an empty folder and refuses any other, so nothing that appeared meanwhile is
/// lost.
void rename_folder(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    fail(to, errno);
  }
}

}  // namespace

StagedDirectory::StagedDirectory(const fs::path& target, fs::perms access,
                                 const std::string& remedy)
    : target_(without_trailing_slash(target)) {
  refuse_taken(target_, remedy);
  remove_abandoned(target_);
  std::error_code error;
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
  rename_folder(path_, target_);
  path_.clear();
}

fs::path ResumableDirectory::unfinished(const fs::path& target) {
  return without_trailing_slash(target).string() + ".unfinished";
}

ResumableDirectory::ResumableDirectory(const fs::path& target, bool resume,
                                       const std::string& remedy)
    : target_(without_trailing_slash(target)), path_(unfinished(target)) {
  refuse_taken(target_, remedy);
  if (::mkdir(path_.c_str(), 0755) != 0 && errno != EEXIST) {
    fail(path_, errno);
  }
  std::error_code error;
  if (!fs::is_directory(path_, error)) {
    fail(path_, ENOTDIR);
  }
  lock_ = lock_folder(path_);
  if (lock_ < 0 && errno == EWOULDBLOCK) {  // a file system without locks is no reason to fail
    throw Error(ErrorCode::kIo, fmt::format("another process is at work in '{}'; wait for its end",
                                            path_.string()));
  }
  if (!resume && !fs::is_empty(path_, error)) {
    if (lock_ >= 0) {
      ::close(lock_);
    }
    throw Error(ErrorCode::kIo, fmt::format("'{}' holds what an earlier run did not finish; go on "
                                            "with --resume, or remove it to start over",
                                            path_.string()));
  }
}

ResumableDirectory::~ResumableDirectory() {
  if (!path_.empty()) {
    ::rmdir(path_.c_str());  // refuses a folder that is not empty
  }
  if (lock_ >= 0) {
    ::close(lock_);
  }
}

void ResumableDirectory::commit() {
  rename_folder(path_, target_);
  path_.clear();
}

}  // namespace blindfit::program
