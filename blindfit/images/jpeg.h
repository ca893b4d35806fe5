// SPDX-License-Identifier: Apache-2.0
// JPEG through libjpeg-turbo's TurboJPEG interface, which contains its own error handling.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "blindfit/base/error.h"
#include "blindfit/images/image.h"

namespace blindfit::images {

/// Decodes a baseline or progressive JPEG to 8-bit RGB. CMYK and YCCK are taken as Adobe writes
/// them, inverted, and multiplied out. Neither colour profiles nor the EXIF orientation are
/// applied. Errors: kMalformed for damaged or truncated bytes and kinds of JPEG that the library
/// does not decode; kTooLarge above the limits, before memory is taken.
base::Result<Image> decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& source,
                                const ImageLimits& limits = {});

}  // namespace blindfit::images
