// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/data_flags.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "apps/program/console.h"
#include "blindfit/data/open_dataset.h"

namespace blindfit::commands {
namespace {

using base::Error;
using base::ErrorCode;

data::LabelColumn label_column(const std::string& text) {
  if (text == "none") {
    return data::NoLabel{};
  }
  if (text == "last") {
    return -1;
  }
  int index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error == std::errc() && end == text.data() + text.size()) {
    return index;
  }
  return text;
}

/// The file of labels, if there is one.
std::optional<std::filesystem::path> label_file(const DataFlags& flags) {
  if (!flags.labels.empty()) {
    return flags.labels;
  }
  std::filesystem::path beside = flags.data;
  if (beside.extension() != ".npy") {
    return std::nullopt;
  }
  beside.replace_extension(".labels.npy");
  std::error_code ignored;
  return std::filesystem::exists(beside, ignored) ? std::optional(beside) : std::nullopt;
}

data::Dataset chosen_rows(const data::Dataset& dataset, const DataFlags& flags) {
  if (flags.skip >= dataset.rows()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: --skip must leave a row of {}: {}", dataset.source, dataset.rows(),
                            flags.skip));
  }
  const Eigen::Index rest = dataset.rows() - flags.skip;
  return data::slice(dataset, flags.skip, flags.limit == 0 ? rest : std::min(flags.limit, rest));
}

}  // namespace

void add_data_flags(CLI::App& command, DataFlags& flags, bool required) {
  command
      .add_option("--data", flags.data,
                  "Table of samples: .csv .tsv .txt (a row each), .npy, or IDX, also as .gz")
      ->required(required)
      ->type_name("FILE");
  command
      .add_option(
          "--labels", flags.labels,
          "Labels from a file of their own: .npy, IDX or text (default: FILE.labels.npy beside "
          "FILE.npy, as `blindfit features` writes it)")
      ->type_name("FILE");
  command
      .add_option("--label-column", flags.label_column,
                  "Where a text table has its label: index from 0, 'last', 'none' or a header name")
      ->type_name("COLUMN")
      ->capture_default_str();
  command.add_option("--skip", flags.skip, "Leave out the first rows")
      ->type_name("N")
      ->check(program::at_least(0));
  command.add_option("--limit", flags.limit, "Use at most this many rows")
      ->type_name("N")
      ->check(program::at_least(1));
}

data::Dataset load_data(const DataFlags& flags, int distinct_labels) {
  data::OpenOptions options;
  options.labels = label_file(flags);
  options.csv.label = label_column(flags.label_column);
  options.csv.limits.distinct_labels = distinct_labels;
  auto dataset = data::open_dataset(flags.data, options);
  if (!dataset) {
    const ErrorCode code = dataset.error().code();
    const bool input = code == ErrorCode::kMalformed || code == ErrorCode::kTooLarge;
    throw Error(input ? ErrorCode::kInvalidArgument : code, dataset.error().what());
  }
  return chosen_rows(*dataset, flags);
}

}  // namespace blindfit::commands
