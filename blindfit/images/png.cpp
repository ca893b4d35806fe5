// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/png.h"

#include <png.h>

#include <memory>

namespace blindfit::images {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

struct PngEnd {
  void operator()(png_image* image) const noexcept { png_image_free(image); }
};

Error damaged(const std::string& source, const png_image& image) {
  return {ErrorCode::kMalformed,
          source + ": a PNG must be complete and undamaged; replace it or leave it out: " +
              static_cast<const char*>(image.message)};
}

/// Lays pixels of red, green, blue and opacity on white.
std::vector<std::uint8_t> on_white(const std::vector<std::uint8_t>& rgba) {
  constexpr unsigned kFull = 255;
  std::vector<std::uint8_t> rgb(rgba.size() / 4 * 3);
  for (std::size_t i = 0; i < rgba.size() / 4; ++i) {
    const unsigned opacity = rgba[4 * i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      const unsigned mixed = rgba[4 * i + c] * opacity + kFull * (kFull - opacity);
      rgb[3 * i + c] = static_cast<std::uint8_t>((mixed + kFull / 2) / kFull);
    }
  }
  return rgb;
}

}  // namespace

Result<Image> decode_png(std::span<const std::uint8_t> bytes, const std::string& source,
                         const ImageLimits& limits) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, PngEnd> owner(&png);
  if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0) {
    return damaged(source, png);
  }
  if (std::int64_t{png.width} > limits.pixels / std::int64_t{png.height}) {
    return Error(ErrorCode::kTooLarge,
                 source + ": an image must have at most " + std::to_string(limits.pixels) +
                     " pixels; make it smaller or leave it out: " + std::to_string(png.width) +
                     " x " + std::to_string(png.height));
  }
  const bool opacity = (png.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  png.format = opacity ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
  png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // 16 bits are as gamma-coded as 8 are
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(png));
  if (png_image_finish_read(&png, nullptr, pixels.data(), 0, nullptr) == 0) {
    return damaged(source, png);
  }
  return Image{static_cast<int>(png.width), static_cast<int>(png.height),
               opacity ? on_white(pixels) : std::move(pixels)};
}

std::vector<std::uint8_t> encode_gray_png(std::span<const std::uint8_t> gray, int width,
                                          int height) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(width);
  png.height = static_cast<png_uint_32>(height);
  png.format = PNG_FORMAT_GRAY;
  const std::unique_ptr<png_image, PngEnd> owner(&png);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  std::vector<std::uint8_t> bytes(size);
  if (png_image_write_to_memory(&png, bytes.data(), &size, 0, gray.data(), 0, nullptr) == 0) {
    throw Error(ErrorCode::kIo,
                std::string("cannot write a PNG: ") + static_cast<const char*>(png.message));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace blindfit::images
