// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <charconv>
#include <string_view>

#include "blindfit/images/png.h"

namespace blindfit::images {
namespace {

using base::ErrorCode;
using Bytes = std::vector<std::uint8_t>;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Bytes from_hex(std::string_view text) {
  Bytes bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::from_chars(text.data() + 2 * i, text.data() + 2 * i + 2, bytes[i], 16);
  }
  return bytes;
}

// Written by hand with zlib; two pixels each, and a header that promises 60,000 x 60,000.
const Bytes kGray16 = from_hex(
    "89504e470d0a1a0a0000000d494844520000000200000001100000000081d9fc150000000d4944415478da631032f9"
    "cf000002e70146a0a59e520000000049454e44ae426082");
const Bytes kRgba = from_hex(
    "89504e470d0a1a0a0000000d4948445200000002000000010806000000f4227f8a000000114944415478da63f8cfc0"
    "d0c02522c700000b2101bcc81f94f80000000049454e44ae426082");
const Bytes kPalette = from_hex(
    "89504e470d0a1a0a0000000d4948445200000002000000010803000000c3fc8fb800000006504c5445010203c86432"
    "50b4ae3f0000000b4944415478da63606400000005000242c2449f0000000049454e44ae426082");
const Bytes kBomb = from_hex(
    "89504e470d0a1a0a0000000d494844520000ea600000ea6008020000000fb0e2150000000b4944415478da63608001"
    "00000a0001ec2403b90000000049454e44ae426082");

/// A JPEG of one colour, 16 x 16 pixels of `format`.
Bytes flat_jpeg(const std::vector<std::uint8_t>& pixel, int format, int subsampling, int flags) {
  constexpr int kSide = 16;
  Bytes pixels;
  for (int i = 0; i < kSide * kSide; ++i) {
    pixels.insert(pixels.end(), pixel.begin(), pixel.end());
  }
  unsigned char* jpeg = nullptr;
  unsigned long size = 0;
  tjhandle handle = tjInitCompress();
  EXPECT_EQ(tjCompress2(handle, pixels.data(), kSide, 0, kSide, format, &jpeg, &size, subsampling,
                        100, flags),
            0)
      << tjGetErrorStr2(handle);
  const Bytes bytes(jpeg, jpeg + size);
  tjFree(jpeg);
  tjDestroy(handle);
  return bytes;
}

std::vector<int> first_pixel(const Image& image) {
  return {image.rgb.begin(), image.rgb.begin() + 3};
}

TEST(DecodeImage, ReturnsWhatEncodeGrayPngWrote) {
  const Bytes gray = {0, 17, 128, 255, 3, 200};
  const auto image = decode_image(encode_gray_png(gray, 3, 2), "x");
  ASSERT_TRUE(image);
  EXPECT_EQ(image->width, 3);
  EXPECT_EQ(image->height, 2);
  EXPECT_EQ(image->rgb, gray_image(gray, 3, 2).rgb);
}

TEST(DecodeImage, ScalesSixteenBitsToEight) {
  EXPECT_THAT(decode_image(kGray16, "x")->rgb, ElementsAre(0x12, 0x12, 0x12, 254, 254, 254));
}

TEST(DecodeImage, LaysWhatIsTransparentOnWhite) {
  // Red at 128 of 255 leaves 127 of white; the second pixel cannot be seen at all.
  EXPECT_THAT(decode_image(kRgba, "x")->rgb, ElementsAre(255, 127, 127, 255, 255, 255));
}

TEST(DecodeImage, LooksUpPalettes) {
  EXPECT_THAT(decode_image(kPalette, "x")->rgb, ElementsAre(200, 100, 50, 1, 2, 3));
}

TEST(DecodeImage, ReadsGreyColourAndProgressiveJpegs) {
  const auto near = [](const std::vector<int>& seen, const std::vector<int>& wanted) {
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(seen[c], wanted[c], 2);  // YCbCr rounds twice
    }
  };
  const auto gray = decode_image(flat_jpeg({90}, TJPF_GRAY, TJSAMP_GRAY, 0), "x");
  EXPECT_EQ(gray->width, 16);
  near(first_pixel(*gray), {90, 90, 90});
  near(first_pixel(*decode_image(flat_jpeg({200, 30, 60}, TJPF_RGB, TJSAMP_420, 0), "x")),
       {200, 30, 60});
  near(first_pixel(
           *decode_image(flat_jpeg({10, 250, 60}, TJPF_RGB, TJSAMP_444, TJFLAG_PROGRESSIVE), "x")),
       {10, 250, 60});
}

TEST(DecodeImage, MultipliesInvertedCmykOut) {
  // Cyan lets nothing of red pass; magenta and yellow let all pass; black lets half pass.
  const auto image = decode_image(flat_jpeg({0, 255, 255, 128}, TJPF_CMYK, TJSAMP_444, 0), "x");
  ASSERT_TRUE(image);
  const std::vector<int> pixel = first_pixel(*image);
  EXPECT_NEAR(pixel[0], 0, 2);
  EXPECT_NEAR(pixel[1], 128, 2);
  EXPECT_NEAR(pixel[2], 128, 2);
}

TEST(DecodeImage, RefusesEveryTruncation) {
  Bytes noise;
  for (unsigned i = 0; i < 300; ++i) {
    noise.push_back(static_cast<std::uint8_t>(i * i * 37));
  }
  for (const Bytes& whole :
       {encode_gray_png(noise, 20, 15), flat_jpeg({200, 30, 60}, TJPF_RGB, TJSAMP_420, 0)}) {
    ASSERT_TRUE(decode_image(whole, "x"));
    // The last bytes may be missing: IEND, and the end marker that libjpeg makes up.
    for (std::size_t length = 0; length + 14 < whole.size(); ++length) {
      const auto cut = decode_image(std::span(whole).first(length), "cut.png");
      ASSERT_FALSE(cut) << length << " of " << whole.size();
      EXPECT_EQ(cut.error().code(), ErrorCode::kMalformed);
      EXPECT_THAT(cut.error().what(), StartsWith("cut.png: "));
    }
  }
}

TEST(DecodeImage, SurvivesFlippedBits) {
  for (const Bytes& whole : {kRgba, kPalette, flat_jpeg({200, 30, 60}, TJPF_RGB, TJSAMP_420, 0),
                             flat_jpeg({0, 255, 9, 128}, TJPF_CMYK, TJSAMP_444, 0)}) {
    for (std::size_t i = 0; i < 8 * whole.size(); ++i) {
      Bytes flipped = whole;
      flipped[i / 8] ^= static_cast<std::uint8_t>(1U << (i % 8));
      const auto image = decode_image(flipped, "x", {.pixels = 4096});
      if (image) {
        EXPECT_EQ(static_cast<int>(image->rgb.size()), 3 * image->width * image->height);
      }
    }
  }
}

TEST(DecodeImage, RefusesBombsBeforeItTakesMemory) {
  const auto bomb = decode_image(kBomb, "bomb.png");
  ASSERT_FALSE(bomb);
  EXPECT_EQ(bomb.error().code(), ErrorCode::kTooLarge);
  EXPECT_THAT(bomb.error().what(), HasSubstr("60000 x 60000"));
  const auto large =
      decode_image(flat_jpeg({9}, TJPF_GRAY, TJSAMP_GRAY, 0), "x", {.pixels = 16 * 16 - 1});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code(), ErrorCode::kTooLarge);
}

TEST(DecodeImage, SaysWhatOtherFilesLookLike) {
  const auto message = [](std::string_view text) {
    const Bytes bytes(text.begin(), text.end());
    return std::string(decode_image(bytes, "cat.jpg").error().what());
  };
  EXPECT_THAT(message(""), HasSubstr("an empty file"));
  EXPECT_THAT(message("GIF89a..."), HasSubstr("a GIF"));
  EXPECT_THAT(message("RIFF....WEBPVP8 "), HasSubstr("a WebP"));
  EXPECT_THAT(message("hello"), HasSubstr("5 bytes of something else"));
}

}  // namespace
}  // namespace blindfit::images
