// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/demo/demo_input.h"

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <fstream>
#include <optional>
#include <span>
#include <utility>

#include "apps/program/exit_code.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/data/open_dataset.h"
#include "blindfit/images/image_source.h"
#include "blindfit/images/png.h"

namespace blindfit::demo {
namespace {

namespace fs = std::filesystem;

constexpr int kSide = 8;
constexpr std::size_t kPixels = 64;
constexpr double kDarkest = 16;  // of the table's pixels
constexpr double kWhite = 255;   // of a PNG's

void write_text(const fs::path& path, const std::string& text) {
  program::throw_on_error(base::write_file(
      path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
}

std::string as_csv(const data::Dataset& rows) {
  std::string text;
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    text += std::to_string(rows.labels[static_cast<std::size_t>(i)]);
    for (Eigen::Index j = 0; j < rows.columns(); ++j) {
      text += fmt::format(",{:g}", rows.features(i, j));
    }
    text += '\n';
  }
  return text;
}

/// A PNG of 8 x 8 pixels for each row, in a folder for each digit.
void write_images(const fs::path& folder, const data::Dataset& digits) {
  for (Eigen::Index i = 0; i < digits.rows(); ++i) {
    std::array<std::uint8_t, kPixels> gray{};
    for (std::size_t j = 0; j < gray.size(); ++j) {
      const double ink = digits.features(i, static_cast<Eigen::Index>(j)) / kDarkest;
      gray[j] = static_cast<std::uint8_t>(std::lround(ink * kWhite));
    }
    const int label = digits.labels[static_cast<std::size_t>(i)];
    const fs::path place = folder / std::to_string(label);
    fs::create_directories(place);
    program::throw_on_error(base::write_file(place / fmt::format("{:04}.png", i),
                                             images::encode_gray_png(gray, kSide, kSide)));
  }
}

/// The images' pixels as rows, on the table's scale.
data::Dataset read_pixels(const fs::path& folder) {
  const auto source = program::value_or_throw(images::open_image_folder(folder));
  data::Matrix pixels(static_cast<Eigen::Index>(source->size()), kPixels);
  for (std::size_t i = 0; i < source->size(); ++i) {
    const images::Image image = program::value_or_throw(source->load(i));
    for (Eigen::Index j = 0; j < pixels.cols(); ++j) {
      pixels(static_cast<Eigen::Index>(i), j) =
          image.rgb.at(3 * static_cast<std::size_t>(j)) / kWhite * kDarkest;
    }
  }
  return program::value_or_throw(
      data::make_dataset(std::move(pixels), source->labels(), folder.string()));
}

data::Dataset read_features(const fs::path& stem) {
  data::OpenOptions options;
  options.labels = fs::path(stem).concat(".labels.npy");
  return program::value_or_throw(data::open_dataset(fs::path(stem).concat(".npy"), options));
}

/// The flags of `blindfit features` for the chosen backbone, or for one that is known to be good.
std::optional<std::vector<std::string>> backbone_flags(const std::string& chosen) {
  if (!chosen.empty()) {
    const fs::path path = fs::absolute(chosen);
    const fs::path beside = fs::path(path).replace_extension(".preprocess.json");
    return std::vector<std::string>{"--backbone", path.string(), "--preprocess",
                                    fs::exists(beside) ? beside.string() : "imagenet"};
  }
  const auto data = data::find_data_directory();
  if (!data) {
    return std::nullopt;
  }
  const fs::path known = *data / "backbones" / "squeezenet_v1.1_fire9_features512.onnx";
  if (!fs::exists(known)) {
    return std::nullopt;
  }
  return std::vector<std::string>{
      "--backbone", fs::absolute(known).string(), "--preprocess", "caffe", "--size", "128"};
}

void extract(const Steps& steps, const std::vector<std::string>& flags) {
  const auto run = [&](const char* what, const std::string& part, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"features",    "--images",  "images/" + part, "--out",
                                          part + ".npy", "--threads", steps.threads()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    steps.owner(what, std::move(arguments));
  };
  run("The owner turns its images into features, on its own machine.", "train", flags);
  run("And those that the head will be judged by, in the same way.", "test",
      {flags[0], flags[1], "--like", "train.json"});
}

}  // namespace

DemoInput input_from_table(const Steps& steps, data::Split digits) {
  write_text(steps.folder() / "train.csv", as_csv(digits.train));
  write_text(steps.folder() / "test.csv", as_csv(digits.test));
  data::Matrix pixels = digits.test.features;
  return {std::move(digits), std::move(pixels), "train.csv", "pixels"};
}

DemoInput input_from_images(const Steps& steps, const data::Split& digits,
                            const std::string& backbone, const program::Console& console) {
  const fs::path images = steps.folder() / "images";
  write_images(images / "train", digits.train);
  write_images(images / "test", digits.test);
  console.print("The digits are PNG files of 8 x 8 pixels now, in '{}'.\n", images.string());
  // The same files in the same order as `blindfit features` takes them.
  data::Dataset test_pixels = read_pixels(images / "test");
  const auto flags = backbone_flags(backbone);
  if (!flags) {
    console.print(
        "No backbone was found, so the pixels themselves are the features; with --backbone FILE a\n"
        "frozen network sees the images first (docs/backbones.md says where to get one).\n");
    data::Matrix pixels = test_pixels.features;
    DemoInput input =
        input_from_table(steps, {read_pixels(images / "train"), std::move(test_pixels)});
    input.pixels = std::move(pixels);
    return input;
  }
  extract(steps, *flags);
  data::Split rows{read_features(steps.folder() / "train"), read_features(steps.folder() / "test")};
  const std::string noun = fmt::format("{} features of {}", rows.train.columns(),
                                       fs::path((*flags)[1]).filename().string());
  return {std::move(rows), std::move(test_pixels.features), "train.npy", noun};
}

}  // namespace blindfit::demo
