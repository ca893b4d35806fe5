// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/extraction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "blindfit/base/atomic_file.h"
#include "blindfit/images/onnx_fixture.h"

namespace blindfit::images {
namespace {

using ::testing::HasSubstr;

/// Pictures of one grey value each, the number of the picture; every tenth from 5 on is bad.
class NumberedSource : public ImageSource {
 public:
  [[nodiscard]] std::size_t size() const override { return 40; }
  [[nodiscard]] std::string name(std::size_t index) const override {
    return "picture " + std::to_string(index);
  }
  [[nodiscard]] std::string identity(std::size_t index) const override { return name(index); }
  [[nodiscard]] base::Result<Image> load(std::size_t index) const override {
    if (index % 10 == 5) {
      return base::Error(base::ErrorCode::kMalformed, name(index) + ": bad");
    }
    return gray_image(std::vector<std::uint8_t>(4, static_cast<std::uint8_t>(index)), 2, 2);
  }
};

class ExtractorTest : public ::testing::Test {
 protected:
  ExtractorTest() {
    const auto path = std::filesystem::path(::testing::TempDir()) / "extraction_test.onnx";
    EXPECT_TRUE(base::write_file(path, fixture::bytes_of({})));
    backbone_ = std::make_unique<Backbone>(Backbone::open(path).value());
    std::filesystem::remove(path);
  }

  std::unique_ptr<Backbone> backbone_;
  NumberedSource source_;
};

TEST_F(ExtractorTest, GivesTheSameRowsOnAnyNumberOfThreads) {
  for (const std::size_t threads : {1U, 3U}) {
    base::ThreadPool pool(threads);
    auto extractor = Extractor::make(*backbone_, {}, pool).value();
    std::atomic<int> count{0};
    const FeatureRows out = extractor.extract(source_, 3, 30, [&count] { ++count; });
    EXPECT_EQ(count, 30);
    ASSERT_EQ(out.bad.size(), 3U);
    EXPECT_EQ(out.bad[0].index, 5U);
    EXPECT_THAT(out.bad[0].reason.what(), HasSubstr("picture 5: bad"));
    for (int i = 0; i < 30; ++i) {
      const float expected = (i + 3) % 10 == 5 ? 0.0F : static_cast<float>(i + 3);
      EXPECT_EQ(out.rows(i, 0), expected);
      EXPECT_EQ(out.rows(i, 2), expected);
    }
  }
}

TEST_F(ExtractorTest, EndsWithWhatTheCallerThrows) {
  base::ThreadPool pool(2);
  auto extractor = Extractor::make(*backbone_, {}, pool).value();
  const auto interrupt = [] { throw base::Error(base::ErrorCode::kCancelled, "enough"); };
  EXPECT_THROW((void)extractor.extract(source_, 0, 40, interrupt), base::Error);
  EXPECT_THROW((void)extractor.extract(source_, 30, 11, [] {}), base::Error);
}

TEST_F(ExtractorTest, NamesThePictureThatTheNetworkCannotTake) {
  base::ThreadPool pool(1);
  Preprocessing huge;
  huge.scale = 1e38;  // finite, but its product with a value of 255 is none
  auto extractor = Extractor::make(*backbone_, huge, pool).value();
  try {
    (void)extractor.extract(source_, 20, 2, [] {});
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("of picture 20"));
  }
}

}  // namespace
}  // namespace blindfit::images
