// SPDX-License-Identifier: Apache-2.0
// A decoded picture: 8-bit RGB, row by row, and how large an untrusted one may be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace blindfit::images {

struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;  ///< 3 * width * height
};

/// Upper limits, compared with what a file's header promises before memory is taken.
struct ImageLimits {
  /// 64 million pixels: 192 MiB decoded, beyond any camera that a classifier is fed with.
  std::int64_t pixels = std::int64_t{1} << 26;
  std::int64_t file_bytes = std::int64_t{1} << 28;
};

/// Repeats grey to three channels. Requires width * height values.
inline Image gray_image(std::span<const std::uint8_t> gray, int width, int height) {
  Image image{width, height, std::vector<std::uint8_t>(3 * gray.size())};
  for (std::size_t i = 0; i < gray.size(); ++i) {
    image.rgb[3 * i] = image.rgb[3 * i + 1] = image.rgb[3 * i + 2] = gray[i];
  }
  return image;
}

}  // namespace blindfit::images
