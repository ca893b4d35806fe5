// SPDX-License-Identifier: Apache-2.0
#include "apps/program/made_folder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "blindfit/base/error.h"
#include "blindfit/testing/temporary_folder.h"

namespace blindfit::program {
namespace {

namespace fs = std::filesystem;

TEST(MadeFolder, GoesWithItsParentsIfNothingCame) {
  const testing::TemporaryFolder root;
  for (const char* name : {"a/b/c", "a/b/c/", "a"}) {
    {
      const MadeFolder folder(root.path() / name);
      EXPECT_TRUE(fs::is_directory(root.path() / name));
    }
    EXPECT_TRUE(fs::is_empty(root.path())) << name;
  }
}

TEST(MadeFolder, StaysWithWhatWasPutIntoIt) {
  const testing::TemporaryFolder root;
  {
    const MadeFolder folder(root.path() / "a" / "b");
    std::ofstream(root.path() / "a" / "b" / "file") << "text";
  }
  EXPECT_TRUE(fs::exists(root.path() / "a" / "b" / "file"));
}

TEST(MadeFolder, LeavesFoldersThatWereThere) {
  const testing::TemporaryFolder root;
  fs::create_directory(root.path() / "a");
  { const MadeFolder folder(root.path() / "a" / "b"); }
  { const MadeFolder folder(root.path() / "a"); }
  EXPECT_TRUE(fs::is_empty(root.path() / "a"));
}

TEST(MadeFolder, SaysWhyItCannotBeMadeAndLeavesNothing) {
  const testing::TemporaryFolder root;
  const std::string longest(300, 'x');  // no file system takes a name of that length
  try {
    const MadeFolder folder(root.path() / "a" / longest);
    ADD_FAILURE() << "was made";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kIo);
    EXPECT_NE(std::string(error.what()).find("; check"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(fs::is_empty(root.path()));
}

}  // namespace
}  // namespace blindfit::program
