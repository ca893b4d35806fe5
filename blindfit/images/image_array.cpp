// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "blindfit/base/csprng.h"
#include "blindfit/data/file_bytes.h"
#include "blindfit/data/idx.h"
#include "blindfit/data/npy.h"
#include "blindfit/images/image_source.h"

namespace blindfit::images {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::string_view kNpyMagic = "\x93NUMPY";
constexpr std::int64_t kMaxLabelBytes = std::int64_t{1} << 28;

/// Pictures of one size, one after another.
struct PictureStack {
  std::int64_t count = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t channels = 1;
  std::span<const std::uint8_t> payload;
};

Error unfit_shape(const std::string& source, const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape) {
    text += (text.empty() ? "" : " x ") + std::to_string(extent);
  }
  return {ErrorCode::kInvalidArgument,
          source +
              ": an array of images must be count x height x width, with a last axis of 1 or "
              "3 channels if any; reshape it: " +
              text};
}

Result<PictureStack> stack_of(const std::vector<std::int64_t>& shape,
                              std::span<const std::uint8_t> payload, const std::string& source) {
  const std::int64_t channels = shape.size() == 4 ? shape[3] : 1;
  if (shape.size() < 3 || shape.size() > 4 || (channels != 1 && channels != 3)) {
    return unfit_shape(source, shape);
  }
  return PictureStack{shape[0], shape[1], shape[2], channels, payload};
}

Result<PictureStack> parse_stack(std::span<const std::uint8_t> bytes, const std::string& source,
                                 const data::Limits& limits) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kNpyMagic)) {
    const auto idx = data::parse_idx(bytes, source, limits);
    return idx ? stack_of(idx->shape, idx->payload, source) : Result<PictureStack>(idx.error());
  }
  const auto npy = data::parse_npy(bytes, source, limits, 4);
  if (!npy) {
    return npy.error();
  }
  if (npy->type != data::NpyType::kU1 || npy->fortran_order) {
    return Error(ErrorCode::kInvalidArgument,
                 source +
                     ": an array of images must hold unsigned bytes in C order; save "
                     "numpy.ascontiguousarray(images.astype('u1'))");
  }
  return stack_of(npy->shape, npy->payload, source);
}

Result<std::vector<int>> parse_labels(std::span<const std::uint8_t> bytes,
                                      const std::string& source) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kNpyMagic)) {
    return data::parse_idx_labels(bytes, source);
  }
  const auto npy = data::parse_npy(bytes, source);
  return npy ? data::to_labels(*npy, source) : Result<std::vector<int>>(npy.error());
}

class ArraySource : public ImageSource {
 public:
  ArraySource(data::Bytes bytes, std::string source)
      : bytes_(std::move(bytes)), source_(std::move(source)) {}

  /// Takes a label for each image of the file.
  base::Status read_labels(const fs::path& path) {
    const auto bytes = data::read_unpacked(path, kMaxLabelBytes);
    auto labels =
        bytes ? parse_labels(*bytes, path.string()) : Result<std::vector<int>>(bytes.error());
    if (!labels) {
      return labels.error();
    }
    labels_ = std::move(labels).value();
    if (static_cast<std::int64_t>(labels_.size()) != stack_.count) {
      return Error(ErrorCode::kInvalidArgument,
                   path.string() + ": there must be a label for each of " +
                       std::to_string(stack_.count) + " images: " + std::to_string(labels_.size()));
    }
    labels_.resize(count_);
    return base::kDone;
  }

  /// Looks into the bytes that this object keeps. Call once, first.
  base::Status open(const SourceOptions& options) {
    data::Limits limits = options.data;
    limits.columns = options.image.pixels;
    auto stack = parse_stack(bytes_, source_, limits);
    if (!stack) {
      return stack.error();
    }
    stack_ = std::move(stack).value();
    digest_ = base::blake2b(bytes_);
    const auto count = static_cast<std::size_t>(stack_.count);
    count_ = options.limit == 0 ? count : std::min(count, options.limit);
    return base::kDone;
  }

  [[nodiscard]] std::size_t size() const override { return count_; }
  [[nodiscard]] std::string name(std::size_t index) const override {
    return source_ + ", image " + std::to_string(index);
  }
  [[nodiscard]] std::string identity(std::size_t index) const override {
    return std::string(digest_.begin(), digest_.end()) + std::to_string(index);
  }
  [[nodiscard]] Result<Image> load(std::size_t index) const override {
    const auto size = static_cast<std::size_t>(stack_.height * stack_.width * stack_.channels);
    const auto pixels = stack_.payload.subspan(index * size, size);
    const int width = static_cast<int>(stack_.width);
    const int height = static_cast<int>(stack_.height);
    return stack_.channels == 1 ? gray_image(pixels, width, height)
                                : Image{width, height, {pixels.begin(), pixels.end()}};
  }

 private:
  data::Bytes bytes_;
  std::string source_;
  PictureStack stack_;
  base::Digest digest_{};
  std::size_t count_ = 0;
};

}  // namespace

Result<std::unique_ptr<ImageSource>> open_image_array(const fs::path& path,
                                                      const SourceOptions& options) {
  auto bytes = data::read_unpacked(path, options.data.bytes);
  if (!bytes) {
    return bytes.error();
  }
  auto source = std::make_unique<ArraySource>(std::move(bytes).value(), path.string());
  const auto opened = source->open(options);
  if (!opened) {
    return opened.error();
  }
  if (options.labels) {
    const auto read = source->read_labels(*options.labels);
    if (!read) {
      return read.error();
    }
  }
  return std::unique_ptr<ImageSource>(std::move(source));
}

Result<std::unique_ptr<ImageSource>> open_images(const fs::path& path,
                                                 const SourceOptions& options) {
  std::error_code error;
  return fs::is_directory(path, error) ? open_image_folder(path, options)
                                       : open_image_array(path, options);
}

}  // namespace blindfit::images
