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

}  // namespace
}  // namespace blindfit::program
