// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/preprocessing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace blindfit::images {
namespace {

std::vector<float> input_of(const Image& image, const Preprocessing& preprocessing,
                            InputSize size) {
  std::vector<float> out(size.values());
  to_input(image, preprocessing, size, out);
  return out;
}

Preprocessing named(const std::string& name) {
  return named_preprocessing(name).value();
}

TEST(Preprocessing, NormalisesEachChannelInItsOrder) {
  const Image pixel{1, 1, {10, 100, 250}};
  const auto imagenet = input_of(pixel, named("imagenet"), {1, 1});
  EXPECT_FLOAT_EQ(imagenet[0], static_cast<float>((10 / 255.0 - 0.485) / 0.229));
  EXPECT_FLOAT_EQ(imagenet[2], static_cast<float>((250 / 255.0 - 0.406) / 0.225));
  EXPECT_FLOAT_EQ(input_of(pixel, named("unit"), {1, 1})[1], static_cast<float>(100 / 255.0));
  EXPECT_EQ(input_of(pixel, named("caffe"), {1, 1}), (std::vector<float>{146, -17, -113}));
  EXPECT_EQ(input_of(pixel, named("none"), {1, 1}), (std::vector<float>{10, 100, 250}));
}

TEST(Preprocessing, WritesPlanesRowByRow) {
  Image image{3, 2, std::vector<std::uint8_t>(18)};
  std::iota(image.rgb.begin(), image.rgb.end(), std::uint8_t{0});
  const auto planes = input_of(image, named("none"), {3, 2});
  EXPECT_EQ(planes,
            (std::vector<float>{0, 3, 6, 9, 12, 15, 1, 4, 7, 10, 13, 16, 2, 5, 8, 11, 14, 17}));
}

TEST(Preprocessing, EnlargesBilinearlyAroundPixelCentres) {
  const Image image = gray_image(std::vector<std::uint8_t>{0, 100}, 2, 1);
  const auto row = input_of(image, {.fit = Fit::kStretch}, {4, 1});
  // Centres at 1/4 steps: outside the first and last centre the edge is repeated.
  EXPECT_EQ((std::vector<float>{row.begin(), row.begin() + 4}),
            (std::vector<float>{0, 25, 75, 100}));
}

TEST(Preprocessing, ShrinksByMeans) {
  const Image image = gray_image(std::vector<std::uint8_t>{0, 10, 200, 30, 50, 20, 100, 70}, 4, 2);
  const auto row = input_of(image, {}, {2, 1});
  EXPECT_EQ(row[0], 20);
  EXPECT_EQ(row[1], 100);
}

TEST(Preprocessing, CropsTheCentreOrStretches) {
  // Three columns, of which the square in the middle is the second.
  const Image image = gray_image(std::vector<std::uint8_t>{9, 60, 90}, 3, 1);
  EXPECT_EQ(input_of(image, {}, {1, 1})[0], 60);
  EXPECT_EQ(input_of(image, {.fit = Fit::kStretch}, {1, 1})[0], 53);
  const Image tall = gray_image(std::vector<std::uint8_t>{9, 60, 90}, 1, 3);
  EXPECT_EQ(input_of(tall, {}, {1, 1})[0], 60);
  // Proportions far from the input's still leave a pixel.
  EXPECT_EQ(input_of(image, {}, {1, 4000})[0], 60);
}

TEST(Preprocessing, RefusesUnknownNamesAndUnusableNumbers) {
  EXPECT_FALSE(named_preprocessing("resnet"));
  EXPECT_TRUE(check(named("imagenet"), "x"));
  EXPECT_FALSE(check({.deviation = {1, 0, 1}}, "x"));
  EXPECT_FALSE(check({.scale = std::numeric_limits<double>::infinity()}, "x"));
  EXPECT_FALSE(check({.mean = {0, std::nan(""), 0}}, "x"));
}

TEST(Preprocessing, RefusesABufferOfAnotherSize) {
  std::vector<float> out(5);
  EXPECT_THROW(to_input({1, 1, {1, 2, 3}}, {}, {1, 1}, out), base::Error);
}

}  // namespace
}  // namespace blindfit::images
