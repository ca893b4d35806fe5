// SPDX-License-Identifier: Apache-2.0
// Pictures with their labels, from a folder, an IDX file or an NPY file, loaded one at a time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blindfit/base/error.h"
#include "blindfit/data/limits.h"
#include "blindfit/images/image.h"

namespace blindfit::images {

class ImageSource {
 public:
  ImageSource() = default;
  virtual ~ImageSource() = default;
  ImageSource(const ImageSource&) = delete;
  ImageSource& operator=(const ImageSource&) = delete;

  [[nodiscard]] virtual std::size_t size() const = 0;
  /// The picture's file, or its number in a file of many.
  [[nodiscard]] virtual std::string name(std::size_t index) const = 0;
  /// Text that changes when the picture does: of a file its path, size and time.
  [[nodiscard]] virtual std::string identity(std::size_t index) const = 0;
  /// May be called from several threads. Errors: those of decode_image, kIo.
  [[nodiscard]] virtual base::Result<Image> load(std::size_t index) const = 0;

  /// One label a picture, or none at all.
  [[nodiscard]] const std::vector<int>& labels() const noexcept { return labels_; }
  /// The name of each label; empty if they are numbers only.
  [[nodiscard]] const std::vector<std::string>& classes() const noexcept { return classes_; }

 protected:
  std::vector<int> labels_;
  std::vector<std::string> classes_;
};

struct SourceOptions {
  std::size_t limit = 0;  ///< the first so many; 0: all
  /// A folder's classes in the order of their labels, from an earlier run; empty: its sub-folders
  /// in the order of their names.
  std::vector<std::string> classes = {};
  /// An array's labels: an IDX or NPY file, as many as there are images.
  std::optional<std::filesystem::path> labels = std::nullopt;
  ImageLimits image = {};
  data::Limits data = {};
};

/// A folder of class sub-folders of PNG and JPEG files, or of such files alone (no labels). The
/// classes take turns: the first picture of each by name, then the second, so that every prefix is
/// balanced. Names that begin with a dot are passed over, nothing else is. Errors: kIo;
/// kInvalidArgument for pictures beside sub-folders, folders within a class, an empty class, class
/// names that differ in nothing but case or spaces, a class that is not in options.classes, and if
/// options.labels are given.
base::Result<std::unique_ptr<ImageSource>> open_image_folder(const std::filesystem::path& path,
                                                             const SourceOptions& options = {});

/// An IDX file of images x height x width, or an NPY file of unsigned bytes: images x height x
/// width (grey), or with a last axis of 1 (grey) or 3 (RGB); either also as .gz. Errors: those of
/// the parsers; kInvalidArgument for another shape or element type, or another count of labels.
base::Result<std::unique_ptr<ImageSource>> open_image_array(const std::filesystem::path& path,
                                                            const SourceOptions& options = {});

/// Whichever of the two `path` is.
base::Result<std::unique_ptr<ImageSource>> open_images(const std::filesystem::path& path,
                                                       const SourceOptions& options = {});

}  // namespace blindfit::images
