// SPDX-License-Identifier: Apache-2.0
#include "apps/program/made_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "blindfit/base/error.h"

namespace blindfit::program {
namespace {

namespace fs = std::filesystem;

class MadeFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "blindfit-made-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path root_;
};

TEST_F(MadeFolderTest, GoesWithItsParentsIfNothingCame) {
  for (const char* name : {"a/b/c", "a/b/c/", "a"}) {
    {
      const MadeFolder folder(root_ / name);
      EXPECT_TRUE(fs::is_directory(root_ / name));
    }
    EXPECT_TRUE(fs::is_empty(root_)) << name;
  }
}

TEST_F(MadeFolderTest, StaysWithWhatWasPutIntoIt) {
  {
    const MadeFolder folder(root_ / "a" / "b");
    std::ofstream(root_ / "a" / "b" / "file") << "text";
  }
  EXPECT_TRUE(fs::exists(root_ / "a" / "b" / "file"));
}

TEST_F(MadeFolderTest, LeavesFoldersThatWereThere) {
  fs::create_directory(root_ / "a");
  { const MadeFolder folder(root_ / "a" / "b"); }
  { const MadeFolder folder(root_ / "a"); }
  EXPECT_TRUE(fs::is_empty(root_ / "a"));
}

TEST_F(MadeFolderTest, SaysWhyItCannotBeMadeAndLeavesNothing) {
  const std::string longest(300, 'x');  // no file system takes a name of that length
  try {
    const MadeFolder folder(root_ / "a" / longest);
    ADD_FAILURE() << "was made";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kIo);
    EXPECT_NE(std::string(error.what()).find("; check"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(fs::is_empty(root_));
}

}  // namespace
}  // namespace blindfit::program
