// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/decode.h"

#include <array>
#include <string_view>

#include "blindfit/images/jpeg.h"
#include "blindfit/images/png.h"

namespace blindfit::images {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kPng = "\x89PNG";
constexpr std::string_view kJpeg = "\xff\xd8\xff";

/// What people take for images most often.
struct Foreign {
  std::size_t offset;
  std::string_view magic;
  const char* name;
};
constexpr std::array<Foreign, 8> kForeign = {{{0, "GIF8", "a GIF"},
                                              {0, "BM", "a BMP"},
                                              {0, "II*", "a TIFF"},
                                              {0, "MM", "a TIFF"},
                                              {8, "WEBP", "a WebP"},
                                              {4, "ftyp", "a HEIC, AVIF or video"},
                                              {0, "%PDF", "a PDF"},
                                              {0, "<", "text"}}};

std::string description(std::string_view text) {
  if (text.empty()) {
    return "an empty file";
  }
  for (const Foreign& foreign : kForeign) {
    if (text.size() >= foreign.offset && text.substr(foreign.offset).starts_with(foreign.magic)) {
      return foreign.name;
    }
  }
  return std::to_string(text.size()) + " bytes of something else";
}

}  // namespace

Result<Image> decode_image(std::span<const std::uint8_t> bytes, const std::string& source,
                           const ImageLimits& limits) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with(kPng)) {
    return decode_png(bytes, source, limits);
  }
  if (text.starts_with(kJpeg)) {
    return decode_jpeg(bytes, source, limits);
  }
  return Error(ErrorCode::kMalformed,
               source + ": an image must be a PNG or a JPEG; convert it or leave it out: " +
                   description(text));
}

}  // namespace blindfit::images
