// SPDX-License-Identifier: Apache-2.0
// PNG or JPEG, told apart by their first bytes, whatever the name says.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "blindfit/base/error.h"
#include "blindfit/images/image.h"

namespace blindfit::images {

/// Errors: those of decode_png and decode_jpeg; kMalformed, with what the bytes look like, for
/// anything else.
base::Result<Image> decode_image(std::span<const std::uint8_t> bytes, const std::string& source,
                                 const ImageLimits& limits = {});

}  // namespace blindfit::images
