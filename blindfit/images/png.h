// SPDX-License-Identifier: Apache-2.0
// PNG through libpng's simplified interface, which contains its own error handling.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "blindfit/base/error.h"
#include "blindfit/images/image.h"

namespace blindfit::images {

/// Decodes any PNG to 8-bit RGB: grey is repeated, palettes are looked up, 16 bits are scaled to 8,
/// what is transparent lies on white, and a gAMA chunk is applied (libpng, png_image). `source`
/// names the file in messages. Errors: kMalformed for damaged or truncated bytes; kTooLarge above
/// the limits, before memory is taken.
base::Result<Image> decode_png(std::span<const std::uint8_t> bytes, const std::string& source,
                               const ImageLimits& limits = {});

/// A grey PNG of 8 bits. Requires width * height values, both above zero. Throws Error{kIo} if
/// libpng refuses.
std::vector<std::uint8_t> encode_gray_png(std::span<const std::uint8_t> gray, int width,
                                          int height);

}  // namespace blindfit::images
