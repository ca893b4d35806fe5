// SPDX-License-Identifier: Apache-2.0
// From a picture to the numbers that a backbone was trained to take.
#pragma once

#include <array>
#include <span>
#include <string>

#include "blindfit/base/error.h"
#include "blindfit/images/image.h"

namespace blindfit::images {

enum class Channels { kRgb, kBgr };

/// How a picture of other proportions than the backbone's input is made to fit.
enum class Fit {
  kCrop,     ///< its largest centred part of the right proportions
  kStretch,  ///< all of it
};

/// input = (scale * value - mean) / deviation, value in 0..255; mean and deviation are in the order
/// of the channels.
struct Preprocessing {
  Channels channels = Channels::kRgb;
  double scale = 1;
  std::array<double, 3> mean{0, 0, 0};
  std::array<double, 3> deviation{1, 1, 1};
  Fit fit = Fit::kCrop;
};

struct InputSize {
  int width = 0;
  int height = 0;

  [[nodiscard]] std::size_t values() const {
    return 3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  }
};

/// "imagenet": RGB in [0,1] less ImageNet's mean, over its deviation (torchvision). "unit": RGB in
/// [0,1]. "caffe": BGR in 0..255 less 104, 117, 123. "none": RGB in 0..255.
/// Errors: kInvalidArgument for another name.
base::Result<Preprocessing> named_preprocessing(const std::string& name);

/// Checks that scale, means and deviations are finite and deviations not zero.
base::Status check(const Preprocessing& preprocessing, const std::string& source);

/// Resizes (bilinear where it grows, by area where it shrinks; 8 bits a channel, as OpenCV rounds)
/// and normalises into `out`: three planes of height x width. Throws Error{kInvalidArgument} unless
/// `out` has size.values() elements.
void to_input(const Image& image, const Preprocessing& preprocessing, InputSize size,
              std::span<float> out);

}  // namespace blindfit::images
