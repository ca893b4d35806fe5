// SPDX-License-Identifier: Apache-2.0
// PNG and JPEG files through the libraries that decode them, within our limits.
#include "blindfit/images/decode.h"

using namespace blindfit;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const images::ImageLimits limits{.pixels = 1 << 16};
  const auto image = images::decode_image({data, size}, "fuzz", limits);
  if (image && image->rgb.size() != std::size_t{3} * static_cast<std::size_t>(image->width) *
                                        static_cast<std::size_t>(image->height)) {
    __builtin_trap();
  }
  return 0;
}
