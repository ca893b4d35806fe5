// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <system_error>
#include <utility>

#include "blindfit/base/atomic_file.h"
#include "blindfit/images/decode.h"
#include "blindfit/images/image_source.h"

namespace blindfit::images {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

struct LabelledFile {
  fs::path path;
  int label = 0;
};

/// Entries of a folder in the order of their names, split by kind.
struct Listing {
  std::vector<fs::path> folders;
  std::vector<fs::path> files;
};

Error unfit(const fs::path& path, const std::string& rule) {
  return {ErrorCode::kInvalidArgument, path.string() + ": " + rule};
}

Result<Listing> list_folder(const fs::path& path) {
  Listing listing;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with('.')) {
      continue;
    }
    std::error_code unknown;  // a dangling link counts as a file, which then cannot be read
    (entry->is_directory(unknown) ? listing.folders : listing.files).push_back(entry->path());
  }
  if (error) {
    return Error(ErrorCode::kIo, "cannot read the folder '" + path.string() + "': " +
                                     error.message() + "; check the path and its permissions");
  }
  std::sort(listing.folders.begin(), listing.folders.end());
  std::sort(listing.files.begin(), listing.files.end());
  return listing;
}

/// Lower case, without spaces at either end: names that are equal in this are one class to people.
std::string folded(std::string name) {
  const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
  name.erase(name.begin(), std::find_if_not(name.begin(), name.end(), is_space));
  while (!name.empty() && is_space(static_cast<unsigned char>(name.back()))) {
    name.pop_back();
  }
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

base::Status check_names(const std::vector<fs::path>& folders) {
  std::map<std::string, fs::path> seen;
  for (const fs::path& folder : folders) {
    const auto [known, is_new] = seen.emplace(folded(folder.filename().string()), folder);
    if (!is_new) {
      return unfit(folder,
                   "class names must differ in more than case and spaces; rename or merge: " +
                       known->second.filename().string());
    }
  }
  return base::kDone;
}

class FolderSource : public ImageSource {
 public:
  FolderSource(std::vector<LabelledFile> files, std::vector<std::string> classes,
               const ImageLimits& limits)
      : files_(std::move(files)), limits_(limits) {
    classes_ = std::move(classes);
    for (const LabelledFile& file : files_) {
      if (!classes_.empty()) {
        labels_.push_back(file.label);
      }
    }
  }

  [[nodiscard]] std::size_t size() const override { return files_.size(); }
  [[nodiscard]] std::string name(std::size_t index) const override {
    return files_[index].path.string();
  }
  [[nodiscard]] std::string identity(std::size_t index) const override {
    std::error_code ignored;  // what cannot be read is found out by load()
    const fs::path& path = files_[index].path;
    const auto time = fs::last_write_time(path, ignored).time_since_epoch().count();
    return path.string() + '\n' + std::to_string(fs::file_size(path, ignored)) + '\n' +
           std::to_string(time);
  }
  [[nodiscard]] Result<Image> load(std::size_t index) const override {
    const fs::path& path = files_[index].path;
    const auto bytes = base::read_file(path, static_cast<std::size_t>(limits_.file_bytes));
    return bytes ? decode_image(*bytes, path.string(), limits_) : Result<Image>(bytes.error());
  }

 private:
  std::vector<LabelledFile> files_;
  ImageLimits limits_;
};

/// The label of the class that a folder is named after.
Result<int> label_of(const fs::path& folder, const std::vector<std::string>& classes) {
  const auto found = std::find(classes.begin(), classes.end(), folder.filename().string());
  if (found == classes.end()) {
    std::string names;
    for (const std::string& name : classes) {
      names += (names.empty() ? "" : ", ") + name;
    }
    return unfit(folder, "a class must be one of those that the head knows: " + names);
  }
  return static_cast<int>(std::distance(classes.begin(), found));
}

Result<std::vector<fs::path>> class_files(const fs::path& folder) {
  auto listing = list_folder(folder);
  if (!listing) {
    return listing.error();
  }
  if (!listing->folders.empty()) {
    return unfit(listing->folders[0],
                 "a class must hold pictures, no folders; move them up or away");
  }
  if (listing->files.empty()) {
    return unfit(folder, "a class must have a picture; add one or remove the folder");
  }
  return std::move(listing).value().files;
}

/// The files of all classes, one of each in turn.
Result<std::vector<LabelledFile>> dealt(const std::vector<fs::path>& folders,
                                        const std::vector<std::string>& classes) {
  std::vector<std::pair<int, std::vector<fs::path>>> lists;
  std::size_t longest = 0;
  for (const fs::path& folder : folders) {
    const auto label = label_of(folder, classes);
    if (!label) {
      return label.error();
    }
    auto files = class_files(folder);
    if (!files) {
      return files.error();
    }
    longest = std::max(longest, files->size());
    lists.emplace_back(*label, std::move(files).value());
  }
  std::vector<LabelledFile> all;
  for (std::size_t i = 0; i < longest; ++i) {
    for (const auto& list : lists) {
      if (i < list.second.size()) {
        all.push_back({list.second[i], list.first});
      }
    }
  }
  return all;
}

}  // namespace

Result<std::unique_ptr<ImageSource>> open_image_folder(const fs::path& path,
                                                       const SourceOptions& options) {
  if (options.labels) {
    return unfit(path,
                 "a folder of images has its labels in the names of its sub-folders; leave "
                 "out --labels: " +
                     options.labels->string());
  }
  const auto listing = list_folder(path);
  if (!listing) {
    return listing.error();
  }
  if (!listing->folders.empty() && !listing->files.empty()) {
    return unfit(listing->files[0],
                 "pictures must lie in class folders as the others do; move it into one or away");
  }
  std::vector<LabelledFile> files;
  std::vector<std::string> classes;
  if (listing->folders.empty()) {
    for (const fs::path& file : listing->files) {
      files.push_back({file, 0});
    }
  } else {
    const auto checked = check_names(listing->folders);
    if (!checked) {
      return checked.error();
    }
    for (const fs::path& folder : listing->folders) {
      classes.push_back(folder.filename().string());
    }
    if (!options.classes.empty()) {
      classes = options.classes;
    }
    auto labelled = dealt(listing->folders, classes);
    if (!labelled) {
      return labelled.error();
    }
    files = std::move(labelled).value();
  }
  if (files.empty()) {
    return unfit(path,
                 "a folder of images must hold PNG or JPEG files, or a folder of them for "
                 "each class: it is empty");
  }
  if (options.limit != 0 && files.size() > options.limit) {
    files.resize(options.limit);
  }
  return std::unique_ptr<ImageSource>(
      std::make_unique<FolderSource>(std::move(files), std::move(classes), options.image));
}

}  // namespace blindfit::images
