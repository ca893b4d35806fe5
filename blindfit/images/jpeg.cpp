// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/jpeg.h"

#include <turbojpeg.h>

#include <memory>
#include <new>
#include <utility>

namespace blindfit::images {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

struct Destroy {
  void operator()(void* handle) const noexcept { tjDestroy(handle); }
};

Error damaged(const std::string& source, const char* what) {
  return {ErrorCode::kMalformed,
          source + ": a JPEG must be complete and undamaged; replace it or leave it out: " + what};
}

/// From inverted cyan, magenta, yellow and black: each is the share of light that it lets pass.
std::vector<std::uint8_t> multiplied_out(const std::vector<std::uint8_t>& cmyk) {
  constexpr unsigned kFull = 255;
  std::vector<std::uint8_t> rgb(cmyk.size() / 4 * 3);
  for (std::size_t i = 0; i < cmyk.size() / 4; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const unsigned light = cmyk[4 * i + c] * unsigned{cmyk[4 * i + 3]};
      rgb[3 * i + c] = static_cast<std::uint8_t>((light + kFull / 2) / kFull);
    }
  }
  return rgb;
}

}  // namespace

Result<Image> decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& source,
                          const ImageLimits& limits) {
  const std::unique_ptr<void, Destroy> handle(tjInitDecompress());
  if (handle == nullptr) {
    throw std::bad_alloc();
  }
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(handle.get(), bytes.data(), bytes.size(), &width, &height, &subsampling,
                          &colours) != 0) {
    return damaged(source, tjGetErrorStr2(handle.get()));
  }
  if (width < 1 || height < 1) {  // a file of tables only
    return damaged(source, "there is no picture in it");
  }
  if (width > limits.pixels / height) {
    return Error(ErrorCode::kTooLarge,
                 source + ": an image must have at most " + std::to_string(limits.pixels) +
                     " pixels; make it smaller or leave it out: " + std::to_string(width) + " x " +
                     std::to_string(height));
  }
  const bool cmyk = colours == TJCS_CMYK || colours == TJCS_YCCK;
  const int format = cmyk ? TJPF_CMYK : TJPF_RGB;
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) *
                                   static_cast<std::size_t>(height) * (cmyk ? 4U : 3U));
  // Any warning is damage; thousands of scans over few bytes are a bomb.
  constexpr int kFlags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS;
  if (tjDecompress2(handle.get(), bytes.data(), bytes.size(), pixels.data(), width, 0, height,
                    format, kFlags) != 0) {
    return damaged(source, tjGetErrorStr2(handle.get()));
  }
  return Image{width, height, cmyk ? multiplied_out(pixels) : std::move(pixels)};
}

}  // namespace blindfit::images
