// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "blindfit/base/csprng.h"

namespace blindfit::base {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTemporaryMark = ".partial-";
/// Linux transfers at most 2 GiB - 4 KiB a call; smaller pieces also let a signal in.
constexpr std::size_t kLargestTransfer = std::size_t{1} << 30;

const char* remedy(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free some space there and run the command again";
    case EFBIG:
      return "raise the limit on file sizes (ulimit -f) or write to another file system";
    case EACCES:
    case EPERM:
      return "check the permissions of the file and of its folder";
    case EROFS:
      return "write to a folder that is not mounted read-only";
    case ENOENT:
      return "check the name, and make its folder first";
    case ENOTDIR:
    case EISDIR:
      return "check which part of the name is a file and which a folder";
    case EMFILE:
    case ENFILE:
      return "raise the limit on open files (ulimit -n)";
    default:
      return "check the device and the file system";
  }
}

Error no_regular_file(const fs::path& path) {
  return {ErrorCode::kIo, "cannot read '" + path.string() +
                              "': it is a device, pipe or socket; only regular files are read, so "
                              "save what it delivers in one and give that"};
}

Error io_error(const char* verb, const fs::path& path, int error) {
  return {ErrorCode::kIo, std::string("cannot ") + verb + " '" + path.string() + "': " +
                              std::generic_category().message(error) + "; " + remedy(error)};
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) {
      ::close(value_);
    }
  }
  [[nodiscard]] int get() const noexcept { return value_; }
  [[nodiscard]] int release() noexcept { return std::exchange(value_, -1); }

 private:
  int value_;
};

std::string random_suffix() {
  static constexpr std::array kDigits = {'0', '1', '2', '3', '4', '5', '6', '7',
                                         '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
  std::array<std::uint8_t, 8> bytes{};
  random_bytes(bytes);
  std::string suffix;
  for (const std::uint8_t byte : bytes) {
    suffix += kDigits[byte >> 4];
    suffix += kDigits[byte & 15];
  }
  return suffix;
}

/// Removes temporaries of `path` whose writer died: a living writer holds a lock on its own.
void remove_abandoned(const fs::path& path) {
  const std::string prefix = path.filename().string() + kTemporaryMark;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code
      ignored;  // A folder that cannot be listed shows itself when the temporary is made.
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().filename().string().rfind(prefix, 0) != 0) {
      continue;
    }
    const Descriptor file(
        ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.get() >= 0 && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
      ::unlink(entry.path().c_str());
    }
  }
}

/// Locks a new temporary, which says that its writer lives. False if another writer took it for
/// abandoned and removed it before the lock was held. A file system without locks is no reason to
/// fail: there a person cleans up after a kill.
bool claim(int descriptor) {
  (void)::flock(descriptor, LOCK_EX);
  struct stat status {};
  return ::fstat(descriptor, &status) != 0 || status.st_nlink != 0;
}

/// Makes a rename in `folder` survive a power failure; 0 or the error number.
int flush_folder(const fs::path& folder) {
  const Descriptor directory(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) {
    return errno;
  }
  // Some file systems cannot flush a directory and say EINVAL; there is nothing more to do there.
  return ::fsync(directory.get()) == 0 || errno == EINVAL ? 0 : errno;
}

}  // namespace

Result<AtomicFileWriter> AtomicFileWriter::create(const fs::path& path, FileAccess access) {
  if (!path.has_filename()) {
    return io_error("write", path, EISDIR);
  }
  remove_abandoned(path);
  const mode_t mode = access == FileAccess::kOwnerOnly ? 0600 : 0666;
  while (true) {
    const fs::path temporary = path.string() + kTemporaryMark + random_suffix();
    Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (file.get() < 0) {
      return io_error("write", path, errno);
    }
    if (claim(file.get())) {
      return AtomicFileWriter(path, temporary, file.release());
    }
  }
}

AtomicFileWriter::AtomicFileWriter(AtomicFileWriter&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

AtomicFileWriter& AtomicFileWriter::operator=(AtomicFileWriter&& other) noexcept {
  if (this != &other) {
    discard();
    path_ = std::move(other.path_);
    temporary_ = std::move(other.temporary_);
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

AtomicFileWriter::~AtomicFileWriter() {
  discard();
}

void AtomicFileWriter::discard() noexcept {
  if (descriptor_ < 0) {
    return;
  }
  ::unlink(temporary_.c_str());
  ::close(std::exchange(descriptor_, -1));
}

Status AtomicFileWriter::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::write(descriptor_, bytes.data(), std::min(bytes.size(), kLargestTransfer));
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return io_error("write", path_, errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return kDone;
}

Status AtomicFileWriter::commit() {
  // Renamed while still open, so that the lock protects the temporary until it has its final name.
  int error = 0;
  if (::fsync(descriptor_) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    error = errno;
    discard();
    return io_error("write", path_, error);
  }
  error = ::close(std::exchange(descriptor_, -1)) == 0 ? 0 : errno;
  if (error == 0) {
    error = flush_folder(path_.parent_path());
  }
  if (error != 0) {
    return io_error("write", path_, error);
  }
  return kDone;
}

Status write_file(const fs::path& path, std::span<const std::uint8_t> bytes, FileAccess access) {
  auto writer = AtomicFileWriter::create(path, access);
  if (!writer.ok()) {
    return writer.error();
  }
  AtomicFileWriter file = std::move(writer).value();
  if (Status written = file.write(bytes); !written.ok()) {
    return written;
  }
  return file.commit();
}

Result<std::vector<std::uint8_t>> read_file(const fs::path& path, std::size_t limit) {
  // O_NONBLOCK: opening a pipe must not wait for its other end. Regular files do not know it.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.get() < 0) {
    return errno == ENXIO ? no_regular_file(path) : io_error("read", path, errno);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return io_error("read", path, errno);
  }
  if (S_ISDIR(status.st_mode)) {
    return io_error("read", path, EISDIR);
  }
  if (!S_ISREG(status.st_mode)) {
    return no_regular_file(path);
  }
  const auto too_large = [&](std::uintmax_t size) {
    return Error(ErrorCode::kTooLarge, "'" + path.string() + "' must have at most " +
                                           std::to_string(limit) +
                                           " bytes: " + std::to_string(size));
  };
  const auto size = static_cast<std::uintmax_t>(std::max<off_t>(status.st_size, 0));
  if (size > limit) {
    return too_large(size);
  }

  // Files of /proc have no size and others may grow meanwhile, so reading goes on until the end or
  // the limit.
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size) + 1);
  std::size_t filled = 0;
  while (true) {
    const ssize_t count = ::read(file.get(), bytes.data() + filled,
                                 std::min(bytes.size() - filled, kLargestTransfer));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return io_error("read", path, errno);
    }
    if (count == 0) {
      break;
    }
    filled += static_cast<std::size_t>(count);
    if (filled > limit) {
      return too_large(filled);
    }
    if (filled == bytes.size()) {
      bytes.resize(std::min(2 * filled, limit) + 1);
    }
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace blindfit::base
