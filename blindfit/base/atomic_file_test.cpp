// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>

namespace blindfit::base {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;
using testing::HasSubstr;

class AtomicFile : public testing::Test {
 protected:
  AtomicFile() {
    std::string pattern = (fs::temp_directory_path() / "blindfit-test-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~AtomicFile() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }
  [[nodiscard]] static mode_t mode_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 0777;
  }

  fs::path folder_;
};

TEST_F(AtomicFile, ReadsBackWhatWasWritten) {
  for (const std::size_t size : {0U, 1U, 4096U, 1U << 20}) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
      bytes[i] = static_cast<std::uint8_t>(i * 7);
    }
    ASSERT_TRUE(write_file(folder_ / "x", bytes).ok());
    EXPECT_EQ(read_file(folder_ / "x", size).value(), bytes);
  }
  EXPECT_THAT(files(), testing::ElementsAre("x"));
}

TEST_F(AtomicFile, AppearsOnlyWhenCommitted) {
  auto writer = AtomicFileWriter::create(folder_ / "x").value();
  ASSERT_TRUE(writer.write(Bytes{1, 2}).ok());
  ASSERT_TRUE(writer.write(Bytes{3}).ok());
  EXPECT_FALSE(fs::exists(folder_ / "x"));
  ASSERT_TRUE(writer.commit().ok());
  EXPECT_EQ(read_file(folder_ / "x", 3).value(), (Bytes{1, 2, 3}));
  EXPECT_THAT(files(), testing::ElementsAre("x"));
}

TEST_F(AtomicFile, LeavesTheOldFileAndNoTemporaryWhenAbandoned) {
  ASSERT_TRUE(write_file(folder_ / "x", Bytes{9}).ok());
  {
    auto writer = AtomicFileWriter::create(folder_ / "x").value();
    ASSERT_TRUE(writer.write(Bytes(1000)).ok());
    EXPECT_EQ(files().size(), 2U);
  }
  EXPECT_EQ(read_file(folder_ / "x", 1).value(), Bytes{9});
  EXPECT_THAT(files(), testing::ElementsAre("x"));
}

TEST_F(AtomicFile, AbandonsItsTemporaryWhenAssigned) {
  auto writer = AtomicFileWriter::create(folder_ / "x").value();
  writer = AtomicFileWriter::create(folder_ / "y").value();
  EXPECT_EQ(files().size(), 1U);
  ASSERT_TRUE(writer.commit().ok());
  EXPECT_THAT(files(), testing::ElementsAre("y"));
}

TEST_F(AtomicFile, IsReadableByItsOwnerOnlyFromTheStart) {
  auto writer = AtomicFileWriter::create(folder_ / "key", FileAccess::kOwnerOnly).value();
  EXPECT_EQ(mode_of(folder_ / files().at(0)), 0600U);
  ASSERT_TRUE(writer.commit().ok());
  EXPECT_EQ(mode_of(folder_ / "key"), 0600U);
}

TEST_F(AtomicFile, FollowsTheUmaskWhenShared) {
  const mode_t before = ::umask(027);
  ASSERT_TRUE(write_file(folder_ / "x", Bytes{1}).ok());
  ::umask(before);
  EXPECT_EQ(mode_of(folder_ / "x"), 0640U);
}

TEST_F(AtomicFile, KeepsTheSecretModeWhenItReplacesASharedFile) {
  ASSERT_TRUE(write_file(folder_ / "key", Bytes{1}).ok());
  ASSERT_TRUE(write_file(folder_ / "key", Bytes{2}, FileAccess::kOwnerOnly).ok());
  EXPECT_EQ(mode_of(folder_ / "key"), 0600U);
}

TEST_F(AtomicFile, RemovesTheTemporaryOfAKilledWriter) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto writer = AtomicFileWriter::create(folder_ / "x");
    ::kill(::getpid(), SIGKILL);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_EQ(files().size(), 1U);  // the leftover
  ASSERT_TRUE(write_file(folder_ / "x", Bytes{1}).ok());
  EXPECT_THAT(files(), testing::ElementsAre("x"));
}

TEST_F(AtomicFile, LeavesTheTemporaryOfALivingWriterAlone) {
  auto writer = AtomicFileWriter::create(folder_ / "x").value();
  ASSERT_TRUE(writer.write(Bytes{1}).ok());
  ASSERT_TRUE(write_file(folder_ / "x", Bytes{2}).ok());
  ASSERT_TRUE(write_file(folder_ / "x.partial", Bytes{3}).ok());  // another file, not a temporary
  EXPECT_EQ(read_file(folder_ / "x", 1).value(), Bytes{2});
  ASSERT_TRUE(writer.commit().ok());
  EXPECT_EQ(read_file(folder_ / "x", 1).value(), Bytes{1});
  EXPECT_THAT(files(), testing::UnorderedElementsAre("x", "x.partial"));
}

TEST_F(AtomicFile, IsWholeWhenThreadsWriteTheSameName) {
  std::vector<std::thread> threads;
  std::array<int, 4> failures{};
  for (std::size_t t = 0; t < failures.size(); ++t) {
    threads.emplace_back([this, t, &failures] {
      for (int i = 0; i < 50; ++i) {
        const Bytes bytes(5000, static_cast<std::uint8_t>(t));
        failures[t] += write_file(folder_ / "x", bytes).ok() ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(failures, testing::Each(0));
  const Bytes bytes = read_file(folder_ / "x", 5000).value();
  EXPECT_EQ(bytes, Bytes(5000, bytes.front()));
  EXPECT_THAT(files(), testing::ElementsAre("x"));
}

TEST_F(AtomicFile, SaysThatAFolderIsMissing) {
  const Status status = write_file(folder_ / "absent" / "x", Bytes{1});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::kIo);
  EXPECT_THAT(status.error().what(), HasSubstr("absent/x': No such file or directory; "));
  EXPECT_THAT(status.error().what(), HasSubstr("make its folder first"));
}

TEST_F(AtomicFile, RefusesToReplaceAFolder) {
  fs::create_directory(folder_ / "x");
  const Status status = write_file(folder_ / "x", Bytes{1});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().what(), HasSubstr("Is a directory"));
  EXPECT_FALSE(write_file(folder_ / "", Bytes{1}).ok());
  EXPECT_THAT(files(), testing::ElementsAre("x"));
}

TEST_F(AtomicFile, SaysThatAFolderMayNotBeWritten) {
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read |
                               fs::perms::others_exec);
  // Root may write everywhere, so it is somebody else for the moment.
  const bool root = ::geteuid() == 0;
  if (root) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const Status status = write_file(folder_ / "x", Bytes{1});
  if (root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  fs::permissions(folder_, fs::perms::owner_all);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().what(), HasSubstr("Permission denied; check the permissions"));
}

TEST_F(AtomicFile, LeavesNothingBehindWhenTheDiskIsFull) {
  // A private mount name space: the small disk is seen by this process only and goes with it.
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "this user may not mount a small disk; the limit on file sizes stands in";
  }
  ASSERT_TRUE(write_file(folder_ / "x", Bytes(4096, 1)).ok());
  const Status status = write_file(folder_ / "x", Bytes(1 << 20, 2));
  const auto left = files();
  const Bytes old = read_file(folder_ / "x", 4096).value();
  ASSERT_EQ(::umount2(folder_.c_str(), MNT_DETACH), 0);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::kIo);
  EXPECT_THAT(status.error().what(), HasSubstr("/x': No space left on device; free some space"));
  EXPECT_EQ(old, Bytes(4096, 1));
  EXPECT_THAT(left, testing::ElementsAre("x"));
}

TEST_F(AtomicFile, LeavesNothingBehindWhenTheFileMayNotGrow) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{4096, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status status = write_file(folder_ / "x", Bytes(10000));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().what(), HasSubstr("File too large; raise the limit"));
  EXPECT_TRUE(files().empty());
}

TEST(ReadFile, RefusesAFileAboveTheLimit) {
  const auto result = read_file("/proc/self/exe", 100);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::kTooLarge);
  EXPECT_THAT(result.error().what(), HasSubstr("must have at most 100 bytes: "));
}

TEST(ReadFile, StopsAtTheLimitWhenTheFileDoesNotTellItsSize) {
  const auto longer = read_file("/proc/self/maps", 100);
  ASSERT_FALSE(longer.ok());
  EXPECT_EQ(longer.error().code(), ErrorCode::kTooLarge);
  EXPECT_GT(read_file("/proc/self/maps", 1 << 24).value().size(), 1000U);
}

TEST(ReadFile, NamesTheMissingFile) {
  const auto result = read_file("/nonexistent/file", 1);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::kIo);
  EXPECT_THAT(result.error().what(),
              HasSubstr("cannot read '/nonexistent/file': No such file or directory; "));
}

TEST(ReadFile, RefusesAFolder) {
  EXPECT_THAT(read_file("/", 1 << 20).error().what(), HasSubstr("Is a directory"));
}

TEST_F(AtomicFile, IsReadFromRegularFilesOnlyAndWithoutWaiting) {
  const std::string pipe = folder_ / "pipe";
  const std::string socket = folder_ / "socket";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);  // nobody writes into it: opening it would wait
  ASSERT_EQ(::mknod(socket.c_str(), S_IFSOCK | 0600, 0), 0);
  for (const std::string& path :
       {pipe, socket, std::string("/dev/zero"), std::string("/dev/null")}) {
    const auto result = read_file(path, 100000);
    ASSERT_FALSE(result.ok()) << path;
    EXPECT_EQ(result.error().code(), ErrorCode::kIo);
    EXPECT_THAT(result.error().what(), HasSubstr("cannot read '" + path + "': it is a device"));
    EXPECT_THAT(result.error().what(), HasSubstr("give that"));
  }
}

}  // namespace
}  // namespace blindfit::base
