// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/demo/digits_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "apps/program/job_files.h"
#include "blindfit/learn/loss.h"

namespace blindfit::demo {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSide = 8;
constexpr double kDarkest = 16;
constexpr std::size_t kPictures = 21;
/// Beyond the header, which says the same in every file.
constexpr std::streamoff kShownFrom = 256;
constexpr std::size_t kShownBytes = 16;

report::Curve curve(const char* label, const std::vector<learn::Head>& heads,
                    const data::Dataset& heldout) {
  report::Curve curve{label, {}};
  for (const learn::Head& head : heads) {
    curve.values.push_back(heldout_accuracy(head, heldout));
  }
  return curve;
}

report::Picture picture_of(const Outcome& outcome, Eigen::Index row, int prediction) {
  report::Picture picture;
  picture.side = kSide;
  picture.label = outcome.heldout.labels[static_cast<std::size_t>(row)];
  picture.prediction = prediction;
  for (const double pixel : outcome.heldout_pixels.row(row)) {
    picture.ink.push_back(pixel / kDarkest);
  }
  return picture;
}

/// Some of both kinds: a third of them mistakes, as far as there are any.
std::vector<report::Picture> pictures(const Outcome& outcome, const std::vector<int>& predictions) {
  std::vector<report::Picture> right;
  std::vector<report::Picture> wrong;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    auto& list = predictions[i] == outcome.heldout.labels[i] ? right : wrong;
    if (list.size() < kPictures) {
      list.push_back(picture_of(outcome, static_cast<Eigen::Index>(i), predictions[i]));
    }
  }
  wrong.resize(std::min(wrong.size(), kPictures / 3));
  right.resize(std::min(right.size(), kPictures - wrong.size()));
  right.insert(right.end(), wrong.begin(), wrong.end());
  return right;
}

std::string some_bytes(const fs::path& path) {
  std::array<char, kShownBytes> bytes{};
  std::ifstream file(path, std::ios::binary);
  file.seekg(kShownFrom);
  file.read(bytes.data(), bytes.size());
  std::string text;
  for (std::streamsize i = 0; i < file.gcount(); ++i) {
    text += fmt::format("{}{:02x}", i == 0 ? "" : " ",
                        static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]));
  }
  return text;
}

}  // namespace

double heldout_accuracy(const learn::Head& head, const data::Dataset& heldout) {
  return learn::accuracy(learn::logits(head, heldout.features), heldout.labels);
}

report::Figures outcome_figures(const Outcome& outcome) {
  const data::Dataset& heldout = outcome.heldout;
  const learn::Matrix z = learn::logits(outcome.heads.back(), heldout.features);
  report::Figures f;
  f.train_rows = static_cast<std::size_t>(outcome.train.rows());
  f.heldout_rows = static_cast<std::size_t>(heldout.rows());
  f.pixels = static_cast<std::size_t>(outcome.heldout_pixels.cols());
  f.encrypted = curve("trained on ciphertexts", outcome.heads, heldout);
  f.mirror = curve("the same iterations in the clear", outcome.mirror_heads, heldout);
  f.heldout_accuracy = f.encrypted.values.back();
  f.plaintext_accuracy = heldout_accuracy(outcome.plaintext, heldout);
  f.owner_only_accuracy = outcome.owner_only_accuracy;
  const Eigen::MatrixXi confusion = learn::confusion_matrix(z, heldout.labels);
  for (Eigen::Index i = 0; i < confusion.rows(); ++i) {
    f.confusion.emplace_back(confusion.row(i).begin(), confusion.row(i).end());
  }
  f.pictures = pictures(outcome, learn::predict(z));
  f.credit =
      "Digits: Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak (1998), UCI "
      "Machine Learning Repository, doi 10.24432/C50P49, CC BY 4.0. Made by blindfit.";
  return f;
}

std::vector<report::CloudFile> cloud_files(const fs::path& upload) {
  std::vector<report::CloudFile> files;
  std::size_t keys = 0;
  double key_bytes = 0;
  fs::path key;  // the last by name stands for all
  for (const auto& entry : fs::recursive_directory_iterator(upload)) {
    if (entry.path().extension() == ".key") {
      ++keys;
      key_bytes += static_cast<double>(entry.file_size());
      key = std::max(key, entry.path());
    } else if (entry.is_regular_file()) {
      files.push_back({entry.path().filename().string(), static_cast<double>(entry.file_size()),
                       some_bytes(entry.path())});
    }
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  if (keys > 0) {
    files.push_back(
        {fmt::format("{}/ ({} keys)", program::upload::kKeys, keys), key_bytes, some_bytes(key)});
  }
  return files;
}

}  // namespace blindfit::demo
