// SPDX-License-Identifier: Apache-2.0
// Files that are whole or absent: written under a temporary name in the same folder, flushed to the
// disk, then renamed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "blindfit/base/error.h"

namespace blindfit::base {

/// Who may read a file that we make.
enum class FileAccess {
  kShared,     ///< 0666 less the umask
  kOwnerOnly,  ///< 0600 from its first byte on: secret keys
};

/// A file in the making. Until commit() succeeds its final name keeps what it had before, or stays
/// absent; without a commit the destructor removes the temporary, and after `kill -9` the next
/// writer of the same name does.
///
/// Every error is Error{kIo} whose message names the path, the operating system's reason and a
/// remedy.
class AtomicFileWriter {
 public:
  /// Makes the temporary `<path>.partial-<random>`. The folder must exist.
  static Result<AtomicFileWriter> create(const std::filesystem::path& path,
                                         FileAccess access = FileAccess::kShared);
  AtomicFileWriter(AtomicFileWriter&& other) noexcept;
  AtomicFileWriter& operator=(AtomicFileWriter&& other) noexcept;
  AtomicFileWriter(const AtomicFileWriter&) = delete;
  AtomicFileWriter& operator=(const AtomicFileWriter&) = delete;
  ~AtomicFileWriter();

  /// Appends `bytes`. After an error the writer can only be destroyed.
  [[nodiscard]] Status write(std::span<const std::uint8_t> bytes);
  /// Flushes, closes and renames, replacing a file of that name. Call once; afterwards the writer
  /// is empty.
  [[nodiscard]] Status commit();

 private:
  AtomicFileWriter(std::filesystem::path path, std::filesystem::path temporary, int descriptor)
      : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}
  void discard() noexcept;

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

/// Writes `bytes` to `path` through an AtomicFileWriter.
[[nodiscard]] Status write_file(const std::filesystem::path& path,
                                std::span<const std::uint8_t> bytes,
                                FileAccess access = FileAccess::kShared);

/// Reads a whole regular file of at most `limit` bytes; its size is compared with the limit before
/// memory is taken. Never waits: pipes, sockets and devices are refused. Error{kTooLarge} if it is
/// longer, Error{kIo} if it cannot be read or is no regular file.
[[nodiscard]] Result<std::vector<std::uint8_t>> read_file(const std::filesystem::path& path,
                                                          std::size_t limit);

}  // namespace blindfit::base
