// SPDX-License-Identifier: Apache-2.0
#include "apps/program/staged_directory.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "blindfit/base/error.h"

namespace blindfit::program {
namespace {

namespace fs = std::filesystem;

class StagedDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "blindfit-staged-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }

  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(root_), fs::directory_iterator()));
  }

  fs::path root_;
};

TEST_F(StagedDirectoryTest, AppearsWholeOnCommit) {
  StagedDirectory staged(root_ / "out/", fs::perms::owner_all, "choose another");
  std::ofstream(staged.path() / "file") << "text";
  EXPECT_FALSE(fs::exists(root_ / "out"));
  staged.commit();
  EXPECT_TRUE(fs::exists(root_ / "out" / "file"));
  EXPECT_EQ(fs::status(root_ / "out").permissions(), fs::perms::owner_all);
  EXPECT_EQ(entries(), 1U);
}

TEST_F(StagedDirectoryTest, LeavesNothingWithoutCommit) {
  {
    const StagedDirectory staged(root_ / "out", fs::perms::owner_all, "choose another");
    std::ofstream(staged.path() / "file") << "text";
  }
  EXPECT_EQ(entries(), 0U);
}

TEST_F(StagedDirectoryTest, RefusesATakenNameWithTheRemedy) {
  fs::create_directory(root_ / "out");
  std::ofstream(root_ / "out" / "precious") << "text";
  try {
    const StagedDirectory staged(root_ / "out", fs::perms::owner_all, "choose another --out");
    FAIL() << "must refuse";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kIo);
    EXPECT_NE(std::string(error.what()).find("choose another --out"), std::string::npos);
  }
  EXPECT_TRUE(fs::exists(root_ / "out" / "precious"));
}

TEST_F(StagedDirectoryTest, RemovesWhatAKilledRunLeftButNotALivingOne) {
  const pid_t child = ::fork();
  if (child == 0) {
    const StagedDirectory staged(root_ / "out", fs::perms::owner_all, "");
    std::ofstream(staged.path() / "file") << "text";
    ::_exit(0);  // no destructor runs, as after kill -9
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_EQ(entries(), 1U);
  const StagedDirectory living(root_ / "out", fs::perms::owner_all, "");
  EXPECT_EQ(entries(), 1U);
  EXPECT_TRUE(fs::exists(living.path()));
  const StagedDirectory second(root_ / "out", fs::perms::owner_all, "");
  EXPECT_TRUE(fs::exists(living.path()));
  EXPECT_EQ(entries(), 2U);
}

TEST_F(StagedDirectoryTest, KeepsWhatIsUnfinishedForTheOneThatResumes) {
  {
    const ResumableDirectory first(root_ / "out/", false, "");
    std::ofstream(first.path() / "file") << "text";
  }
  EXPECT_FALSE(fs::exists(root_ / "out"));
  try {
    const ResumableDirectory second(root_ / "out", false, "");
    FAIL() << "must refuse";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kIo);
    EXPECT_NE(std::string(error.what()).find("--resume, or remove it"), std::string::npos);
  }
  ResumableDirectory third(root_ / "out", true, "");
  EXPECT_TRUE(fs::exists(third.path() / "file"));
  third.commit();
  EXPECT_TRUE(fs::exists(root_ / "out" / "file"));
  EXPECT_EQ(entries(), 1U);
}

TEST_F(StagedDirectoryTest, LeavesNoEmptyFolderToResume) {
  for (const bool resume : {false, true}) {
    const ResumableDirectory staged(root_ / "out", resume, "");
    EXPECT_TRUE(fs::exists(ResumableDirectory::unfinished(root_ / "out")));
  }
  EXPECT_EQ(entries(), 0U);
}

TEST_F(StagedDirectoryTest, RefusesATakenNameAndASecondProcess) {
  std::ofstream(root_ / "taken") << "text";
  EXPECT_THROW(ResumableDirectory(root_ / "taken", true, ""), base::Error);
  const ResumableDirectory living(root_ / "out", true, "");
  try {
    const ResumableDirectory second(root_ / "out", true, "");
    FAIL() << "must refuse";
  } catch (const base::Error& error) {
    EXPECT_NE(std::string(error.what()).find("another process"), std::string::npos);
  }
  EXPECT_TRUE(fs::exists(living.path()));
}

}  // namespace
}  // namespace blindfit::program
