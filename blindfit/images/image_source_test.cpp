// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/image_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blindfit/base/atomic_file.h"
#include "blindfit/data/npy.h"
#include "blindfit/images/png.h"

namespace blindfit::images {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class ImageSourceTest : public ::testing::Test {
 protected:
  void TearDown() override { fs::remove_all(root_); }

  void put(const fs::path& name, const data::Bytes& bytes) {
    fs::create_directories((root_ / name).parent_path());
    ASSERT_TRUE(base::write_file(root_ / name, bytes));
  }
  void put_picture(const fs::path& name, std::uint8_t gray) {
    put(name, encode_gray_png(data::Bytes{gray}, 1, 1));
  }
  std::string refusal(const SourceOptions& options = {}) {
    const auto source = open_images(root_, options);
    EXPECT_FALSE(source);
    return source ? "" : source.error().what();
  }

  fs::path root_ =
      fs::path(::testing::TempDir()) /
      ("images-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
};

std::vector<std::string> names(const ImageSource& source) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < source.size(); ++i) {
    all.push_back(fs::path(source.name(i)).filename());
  }
  return all;
}

TEST_F(ImageSourceTest, DealsClassesInTurn) {
  put_picture("dog/b.png", 4);
  put_picture("cat/z.png", 3);
  put_picture("cat/a.png", 1);
  put_picture("cat/.hidden", 9);
  put_picture("cat/m.jpg", 2);  // a PNG all the same
  const auto source = open_images(root_).value();
  EXPECT_THAT(source->classes(), ElementsAre("cat", "dog"));
  EXPECT_THAT(source->labels(), ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(names(*source), ElementsAre("a.png", "b.png", "m.jpg", "z.png"));
  EXPECT_THAT(source->load(2)->rgb, ElementsAre(2, 2, 2));
  const auto two = open_images(root_, {.limit = 2}).value();
  EXPECT_THAT(two->labels(), ElementsAre(0, 1));
}

TEST_F(ImageSourceTest, TakesTheClassesOfAnEarlierRun) {
  put_picture("dog/b.png", 4);
  SourceOptions options;
  options.classes = {"ant", "dog"};
  const auto source = open_images(root_, options).value();
  EXPECT_THAT(source->labels(), ElementsAre(1));
  EXPECT_THAT(source->classes(), ElementsAre("ant", "dog"));
  put_picture("eel/b.png", 4);
  EXPECT_THAT(refusal(options), HasSubstr("eel"));
}

TEST_F(ImageSourceTest, ReadsAFolderWithoutClasses) {
  put_picture("b.png", 4);
  put_picture("a.png", 3);
  const auto source = open_images(root_).value();
  EXPECT_THAT(names(*source), ElementsAre("a.png", "b.png"));
  EXPECT_TRUE(source->labels().empty());
  EXPECT_TRUE(source->classes().empty());
}

TEST_F(ImageSourceTest, RefusesFoldersThatAreNotWhatTheyShouldBe) {
  fs::create_directories(root_);
  EXPECT_THAT(refusal(), HasSubstr("it is empty"));
  fs::create_directories(root_ / "cat");
  EXPECT_THAT(refusal(), HasSubstr("a class must have a picture"));
  put_picture("cat/a.png", 1);
  put_picture("stray.png", 1);
  EXPECT_THAT(refusal(), HasSubstr("stray.png: "));
  fs::remove(root_ / "stray.png");
  put_picture("cat/deep/a.png", 1);
  EXPECT_THAT(refusal(), HasSubstr("deep: "));
  fs::remove_all(root_ / "cat" / "deep");
  put_picture("Cat /a.png", 1);
  EXPECT_THAT(refusal(), HasSubstr("differ in more than case"));
  fs::remove_all(root_ / "Cat ");
  SourceOptions options;
  options.labels = "labels.npy";
  EXPECT_THAT(refusal(options), HasSubstr("--labels"));
}

TEST_F(ImageSourceTest, NamesFilesThatCannotBeUsed) {
  put("cat/a.png", {});
  put("cat/b.png", {'t', 'e', 'x', 't'});
  fs::create_symlink("nowhere", root_ / "cat" / "c.png");
  const auto source = open_images(root_).value();
  ASSERT_EQ(source->size(), 3U);
  EXPECT_THAT(source->load(0).error().what(), HasSubstr("a.png: "));
  EXPECT_THAT(source->load(1).error().what(), HasSubstr("b.png: "));
  EXPECT_EQ(source->load(2).error().code(), ErrorCode::kIo);
  EXPECT_THAT(source->load(2).error().what(), HasSubstr("c.png"));
}

TEST_F(ImageSourceTest, SaysAnotherIdentityWhenAFileChanges) {
  put_picture("a.png", 1);
  const auto source = open_images(root_).value();
  const std::string before = source->identity(0);
  EXPECT_EQ(source->identity(0), before);
  put("a.png", {1, 2, 3});
  EXPECT_NE(source->identity(0), before);
}

TEST_F(ImageSourceTest, ReadsIdxArrays) {
  put("x.idx3", {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4});
  put("y.idx1", {0, 0, 8, 1, 0, 0, 0, 2, 7, 0});
  SourceOptions options;
  options.labels = root_ / "y.idx1";
  const auto source = open_images(root_ / "x.idx3", options).value();
  EXPECT_EQ(source->size(), 2U);
  EXPECT_THAT(source->labels(), ElementsAre(7, 0));
  const auto image = source->load(1);
  EXPECT_EQ(image->width, 2);
  EXPECT_EQ(image->height, 1);
  EXPECT_THAT(image->rgb, ElementsAre(3, 3, 3, 4, 4, 4));
  EXPECT_THAT(source->name(1), EndsWith("x.idx3, image 1"));
  put("y.idx1", {0, 0, 8, 1, 0, 0, 0, 1, 7});
  EXPECT_FALSE(open_images(root_ / "x.idx3", options));
}

data::Bytes npy(const std::string& descr, const std::string& shape, data::Bytes payload) {
  std::string text = "\x93NUMPY";
  const std::string header =
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
  text += {1, 0, static_cast<char>(header.size()), 0};
  text += header;
  data::Bytes bytes(text.begin(), text.end());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

TEST_F(ImageSourceTest, ReadsNpyArraysOfBytes) {
  put("gray.npy", npy("|u1", "(2, 1, 2)", {1, 2, 3, 4}));
  EXPECT_THAT(open_images(root_ / "gray.npy").value()->load(1)->rgb, ElementsAre(3, 3, 3, 4, 4, 4));
  put("rgb.npy", npy("|u1", "(1, 1, 2, 3)", {1, 2, 3, 4, 5, 6}));
  EXPECT_THAT(open_images(root_ / "rgb.npy").value()->load(0)->rgb, ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(ImageSourceTest, RefusesOtherArrays) {
  const auto message = [&](const data::Bytes& bytes) {
    put("x.npy", bytes);
    const auto source = open_images(root_ / "x.npy");
    EXPECT_FALSE(source);
    return source ? std::string() : std::string(source.error().what());
  };
  EXPECT_THAT(message(npy("|u1", "(2, 2)", {1, 2, 3, 4})), HasSubstr("2 x 2"));
  EXPECT_THAT(message(npy("|u1", "(1, 1, 1, 2)", {1, 2})), HasSubstr("1 x 1 x 1 x 2"));
  EXPECT_THAT(message(npy("|u1", "(1, 1, 1, 1, 1)", {1})), HasSubstr("x.npy"));
  EXPECT_THAT(message(npy("<f4", "(1, 1, 1)", {0, 0, 0, 0})), HasSubstr("unsigned bytes"));
  EXPECT_THAT(message(npy("|u1", "(2, 1, 2)", {1, 2, 3})), HasSubstr("x.npy"));
  EXPECT_THAT(message({1, 2, 3}), HasSubstr("x.npy"));
}

}  // namespace
}  // namespace blindfit::images
