// SPDX-License-Identifier: Apache-2.0
// IDX files, plain and packed; damaged, foreign and explosive ones are refused.
#include "blindfit/data/idx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "blindfit/data/file_bytes.h"
#include "blindfit/testing/temporary_folder.h"

namespace blindfit::data {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Bytes kImages{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 10, 11, 12, 255};
const Bytes kLabels{0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 9};

Bytes gzip(const Bytes& plain) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  Bytes packed(deflateBound(&stream, plain.size()) + 32);
  stream.next_in = const_cast<Bytef*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

TEST(Idx, TurnsImagesIntoRows) {
  EXPECT_EQ(parse_idx_matrix(kImages, "i").value(), (Matrix(2, 2) << 10, 11, 12, 255).finished());
}

TEST(Idx, ReadsLabelsOfOneDimensionOnly) {
  EXPECT_THAT(parse_idx_labels(kLabels, "l").value(), ElementsAre(7, 0, 9));
  const auto images = parse_idx_labels(kImages, "l");
  ASSERT_FALSE(images);
  EXPECT_THAT(images.error().what(), HasSubstr("one dimension"));
}

TEST(Idx, RefusesEveryTruncationAndSurplus) {
  for (std::size_t length = 0; length < kImages.size(); ++length) {
    EXPECT_FALSE(parse_idx_matrix(std::span(kImages).first(length), "i")) << length;
  }
  Bytes longer = kImages;
  longer.push_back(0);
  EXPECT_FALSE(parse_idx_matrix(longer, "i"));
}

TEST(Idx, RefusesOtherElementTypesAndEmptyArrays) {
  Bytes floats = kImages;
  floats[2] = 0x0d;
  EXPECT_FALSE(parse_idx_matrix(floats, "i"));
  EXPECT_FALSE(parse_idx_matrix(Bytes{0, 0, 8, 0}, "i"));
  EXPECT_FALSE(parse_idx_matrix(Bytes{0, 0, 8, 1, 0, 0, 0, 0}, "i"));
  EXPECT_FALSE(parse_idx_matrix(Bytes{0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 0}, "i"));
}

TEST(Idx, ChecksDimensionsBeforeTheyAreMultiplied) {
  Bytes huge{0, 0, 8, 4};
  huge.insert(huge.end(), 16, 0xff);
  const auto matrix = parse_idx_matrix(huge, "huge");
  ASSERT_FALSE(matrix);
  EXPECT_EQ(matrix.error().code(), ErrorCode::kTooLarge);
}

TEST(Gunzip, UnpacksFilesAndConcatenatedMembers) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(read_idx_matrix(folder.write("i.gz", gzip(kImages))).value(),
            parse_idx_matrix(kImages, "i").value());
  EXPECT_THAT(read_idx_labels(folder.write("l", kLabels)).value(), ElementsAre(7, 0, 9));
  Bytes two = gzip(kImages);
  const Bytes second = gzip(kLabels);
  two.insert(two.end(), second.begin(), second.end());
  EXPECT_EQ(gunzip(two, "two", 100).value().size(), kImages.size() + kLabels.size());
}

TEST(Gunzip, RefusesDamageAndEveryTruncation) {
  const Bytes packed = gzip(kImages);
  for (std::size_t length = 0; length < packed.size(); ++length) {
    const auto result = gunzip(std::span(packed).first(length), "cut.gz", 1000);
    ASSERT_FALSE(result) << length;
    EXPECT_EQ(result.error().code(), ErrorCode::kCorrupt);
  }
  Bytes damaged = packed;
  damaged[packed.size() - 6] ^= 1;  // in the CRC
  EXPECT_EQ(gunzip(damaged, "d.gz", 1000).error().code(), ErrorCode::kCorrupt);
}

TEST(Gunzip, StopsADecompressionBombAtTheLimit) {
  const Bytes bomb = gzip(Bytes(std::size_t{1} << 24, 0));
  ASSERT_LT(bomb.size(), 20000U);
  EXPECT_TRUE(gunzip(bomb, "bomb.gz", std::int64_t{1} << 24));
  const auto refused = gunzip(bomb, "bomb.gz", (std::int64_t{1} << 24) - 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kTooLarge);
  EXPECT_THAT(refused.error().what(), HasSubstr("bomb.gz"));
}

}  // namespace
}  // namespace blindfit::data
