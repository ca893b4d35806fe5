// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/preprocessing.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace blindfit::images {
namespace {

using base::Error;
using base::ErrorCode;

constexpr double kUnit = 1.0 / 255;

/// The part of the picture that is resized to `size`.
cv::Rect chosen_part(const Image& image, Fit fit, InputSize size) {
  if (fit == Fit::kStretch) {
    return {0, 0, image.width, image.height};
  }
  const std::int64_t w = image.width;
  const std::int64_t h = image.height;
  const int width = static_cast<int>(std::clamp<std::int64_t>(h * size.width / size.height, 1, w));
  const int height = static_cast<int>(std::clamp<std::int64_t>(w * size.height / size.width, 1, h));
  return {(image.width - width) / 2, (image.height - height) / 2, width, height};
}

}  // namespace

base::Result<Preprocessing> named_preprocessing(const std::string& name) {
  if (name == "imagenet") {
    // torchvision.models, the transforms of every ImageNet weight.
    return Preprocessing{
        .scale = kUnit, .mean = {0.485, 0.456, 0.406}, .deviation = {0.229, 0.224, 0.225}};
  }
  if (name == "unit") {
    return Preprocessing{.scale = kUnit};
  }
  if (name == "caffe") {
    return Preprocessing{.channels = Channels::kBgr, .mean = {104, 117, 123}};
  }
  if (name == "none") {
    return Preprocessing{};
  }
  return Error(ErrorCode::kInvalidArgument,
               "the preprocessing must be imagenet, unit, caffe, none or a .json file: " + name);
}

base::Status check(const Preprocessing& preprocessing, const std::string& source) {
  bool fits = std::isfinite(preprocessing.scale);
  for (std::size_t c = 0; c < 3; ++c) {
    fits = fits && std::isfinite(preprocessing.mean[c]) &&
           std::isfinite(1 / preprocessing.deviation[c]);
  }
  if (!fits) {
    return Error(ErrorCode::kInvalidArgument,
                 source + ": scale and mean must be finite and std not zero");
  }
  return base::kDone;
}

void to_input(const Image& image, const Preprocessing& preprocessing, InputSize size,
              std::span<float> out) {
  if (out.size() != size.values()) {
    throw Error(ErrorCode::kInvalidArgument,
                "the input must have room for 3 x " + std::to_string(size.height) + " x " +
                    std::to_string(size.width) + " values: " + std::to_string(out.size()));
  }
  const cv::Mat whole(image.height, image.width, CV_8UC3,
                      const_cast<std::uint8_t*>(image.rgb.data()));
  const cv::Mat part = whole(chosen_part(image, preprocessing.fit, size));
  const bool shrinks = part.cols > size.width || part.rows > size.height;
  cv::Mat resized;
  cv::resize(part, resized, {size.width, size.height}, 0, 0,
             shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
  const std::size_t plane = out.size() / 3;
  for (std::size_t c = 0; c < 3; ++c) {
    const std::size_t from = preprocessing.channels == Channels::kRgb ? c : 2 - c;
    const auto factor = static_cast<float>(preprocessing.scale / preprocessing.deviation[c]);
    const auto offset = static_cast<float>(preprocessing.mean[c] / preprocessing.deviation[c]);
    float* to = out.data() + c * plane;
    for (int y = 0; y < size.height; ++y) {
      const std::uint8_t* row = resized.ptr<std::uint8_t>(y);
      for (int x = 0; x < size.width; ++x) {
        *to++ = static_cast<float>(row[3 * x + static_cast<int>(from)]) * factor - offset;
      }
    }
  }
}

}  // namespace blindfit::images
