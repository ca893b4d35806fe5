// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/images/feature_files.h"

#include <fmt/core.h>

#include <cmath>
#include <span>
#include <system_error>
#include <utility>

#include "apps/owner/images/preprocessing_file.h"
#include "apps/program/console.h"
#include "apps/program/exit_code.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/data/dataset.h"

namespace blindfit::features {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::uint64_t kSplitSeed = 1;
constexpr int kMaxSide = 4096;

fs::path stem_of(const fs::path& out) {
  if (out.extension() != ".npy" || out.stem().empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("--out must end in .npy: {}", out.string()));
  }
  return fs::path(out).replace_extension();
}

fs::path with_suffix(fs::path stem, const char* suffix) {
  stem += suffix;
  return stem;
}

void write(const fs::path& path, std::span<const std::uint8_t> bytes) {
  program::check_target(path);
  program::throw_on_error(base::write_file(path, bytes));
}

void write_text(const fs::path& path, const std::string& text) {
  write(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

FeatureFiles::FeatureFiles(const fs::path& out)
    : features(out),
      labels(with_suffix(stem_of(out), ".labels.npy")),
      names(with_suffix(stem_of(out), ".files.txt")),
      record(with_suffix(stem_of(out), ".json")),
      partial(with_suffix(out, ".partial")) {}

FeatureFiles FeatureFiles::held_out() const {
  return FeatureFiles(with_suffix(stem_of(features), ".heldout.npy"));
}

FeatureTable select_rows(const FeatureTable& table, const std::vector<Eigen::Index>& rows) {
  FeatureTable selected;
  selected.rows = table.rows(rows, Eigen::all);
  for (const Eigen::Index row : rows) {
    const auto i = static_cast<std::size_t>(row);
    if (!table.labels.empty()) {
      selected.labels.push_back(table.labels[i]);
    }
    if (!table.names.empty()) {
      selected.names.push_back(table.names[i]);
    }
  }
  return selected;
}

RowSplit split_rows(const std::vector<int>& labels, double fraction) {
  if (labels.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                "--hold-out needs labels: class folders, or --labels with an array");
  }
  const auto count = static_cast<Eigen::Index>(labels.size());
  data::Limits limits;
  limits.distinct_labels = 1;
  // The table to split holds each row's number.
  const data::Matrix numbers = Eigen::VectorXd::LinSpaced(count, 0, static_cast<double>(count - 1));
  const auto split = data::stratified_split(
      program::value_or_throw(data::make_dataset(numbers, labels, "--hold-out", limits)), fraction,
      kSplitSeed);
  const auto numbers_of = [](const data::Dataset& part) {
    std::vector<Eigen::Index> rows;
    for (Eigen::Index i = 0; i < part.rows(); ++i) {
      rows.push_back(static_cast<Eigen::Index>(std::lround(part.features(i, 0))));
    }
    return rows;
  };
  if (split.train.rows() == 0 || split.test.rows() == 0) {
    throw Error(
        ErrorCode::kInvalidArgument,
        fmt::format("--hold-out must leave rows in both parts of {}: {:g}", count, fraction));
  }
  return {numbers_of(split.train), numbers_of(split.test)};
}

void write_features(const FeatureFiles& files, const FeatureTable& table, const json& record) {
  std::error_code ignored;
  fs::remove(files.record, ignored);  // no record of other rows, whatever happens
  write(files.features, data::make_npy(table.rows));
  if (table.labels.empty()) {
    fs::remove(files.labels, ignored);
  } else {
    const std::vector<std::int64_t> labels(table.labels.begin(), table.labels.end());
    write(files.labels, data::make_npy(labels));
  }
  if (table.names.empty()) {
    fs::remove(files.names, ignored);
  } else {
    std::string text;
    for (const std::string& name : table.names) {
      text += name + '\n';
    }
    write_text(files.names, text);
  }
  // File names need not be UTF-8, JSON must be.
  write_text(files.record, record.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

EarlierChoices read_record(const std::string& path) {
  const json record = read_json_object(path);
  try {
    const json& backbone = record.at("backbone");
    EarlierChoices choices;
    choices.preprocessing = preprocessing_from_json(record.at("preprocessing"), path);
    choices.output = backbone.at("output").get<std::string>();
    choices.digest = backbone.at("blake2b").get<std::string>();
    choices.size = {backbone.at("width").get<int>(), backbone.at("height").get<int>()};
    choices.classes = record.at("classes").get<std::vector<std::string>>();
    if (choices.size.width < 1 || choices.size.width > kMaxSide || choices.size.height < 1 ||
        choices.size.height > kMaxSide) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("{}: width and height must be in [1, {}]: {} x {}", path, kMaxSide,
                              choices.size.width, choices.size.height));
    }
    return choices;
  } catch (const json::exception& error) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: --like must name the .json that `blindfit features` wrote beside "
                            "its features: {}",
                            path, error.what()));
  }
}

}  // namespace blindfit::features
