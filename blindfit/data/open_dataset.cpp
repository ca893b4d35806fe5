// SPDX-License-Identifier: Apache-2.0
#include "blindfit/data/open_dataset.h"

#include <cmath>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "blindfit/data/idx.h"
#include "blindfit/data/npy.h"

namespace blindfit::data {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

enum class Format { kText, kNpy, kIdx, kUnknown };

Format format_of(std::filesystem::path path) {
  if (path.extension() == ".gz") {
    path.replace_extension();
  }
  const std::string extension = path.extension().string();
  if (extension == ".csv" || extension == ".tsv" || extension == ".txt") {
    return Format::kText;
  }
  if (extension == ".npy") {
    return Format::kNpy;
  }
  const bool idx_name = path.filename().string().find("-ubyte") != std::string::npos;
  return extension.starts_with(".idx") || idx_name ? Format::kIdx : Format::kUnknown;
}

Error unknown_format(const std::filesystem::path& path) {
  return {
      ErrorCode::kInvalidArgument,
      "a data file's name must end in .csv, .tsv, .txt, .npy, .idx or -ubyte (text and IDX also "
      "with .gz); rename or convert it: " +
          path.string()};
}

Result<std::vector<int>> read_text_labels(const std::filesystem::path& path,
                                          const CsvOptions& options) {
  CsvOptions bare = options;
  bare.label = NoLabel{};
  const Result<Dataset> table = read_csv(path, bare);
  if (!table) {
    return table.error();
  }
  if (table->columns() != 1) {
    return Error(ErrorCode::kMalformed,
                 path.string() + ": a file of labels must have one column; take out the others: " +
                     std::to_string(table->columns()));
  }
  std::vector<int> labels;
  for (const double value : table->features.reshaped()) {
    if (!(value >= 0.0 && value <= 1e9 && value == std::floor(value))) {
      return Error(ErrorCode::kMalformed,
                   path.string() + ", row " + std::to_string(labels.size()) +
                       ": labels must be 0, 1, 2, ...; renumber the classes from 0: " +
                       std::to_string(value));
    }
    labels.push_back(static_cast<int>(value));
  }
  return labels;
}

Result<std::vector<int>> read_labels(const std::filesystem::path& path, const CsvOptions& options) {
  switch (format_of(path)) {
    case Format::kText:
      return read_text_labels(path, options);
    case Format::kNpy:
      return read_npy_labels(path, options.limits);
    case Format::kIdx:
      return read_idx_labels(path, options.limits);
    case Format::kUnknown:
      break;
  }
  return unknown_format(path);
}

Result<Matrix> read_features(const std::filesystem::path& path, Format format,
                             const CsvOptions& options) {
  if (format == Format::kNpy) {
    return read_npy_matrix(path, options.limits);
  }
  if (format == Format::kIdx) {
    return read_idx_matrix(path, options.limits);
  }
  CsvOptions bare = options;
  bare.label = NoLabel{};
  Result<Dataset> table = read_csv(path, bare);
  return table ? Result<Matrix>(std::move(table).value().features) : Result<Matrix>(table.error());
}

}  // namespace

Result<Dataset> open_dataset(const std::filesystem::path& path, const OpenOptions& options) {
  const Format format = format_of(path);
  if (format == Format::kUnknown) {
    return unknown_format(path);
  }
  if (format == Format::kText && !options.labels) {
    return read_csv(path, options.csv);
  }
  Result<Matrix> features = read_features(path, format, options.csv);
  if (!features) {
    return features.error();
  }
  std::vector<int> labels;
  if (options.labels) {
    Result<std::vector<int>> read = read_labels(*options.labels, options.csv);
    if (!read) {
      return read.error();
    }
    labels = std::move(read).value();
  }
  return make_dataset(std::move(features).value(), std::move(labels), path.string(),
                      options.csv.limits);
}

Result<std::filesystem::path> find_data_directory(
    const std::optional<std::filesystem::path>& chosen, const std::filesystem::path& start) {
  const char* const variable = std::getenv("BLINDFIT_DATA");
  std::filesystem::path folder = start / ".." / "shared" / "data";
  std::string origin = "the default beside the checkout";
  if (chosen) {
    folder = *chosen;
    origin = "from --data";
  } else if (variable != nullptr && *variable != '\0') {
    folder = variable;
    origin = "from BLINDFIT_DATA";
  }
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return Error(ErrorCode::kIo,
                 "the data folder must exist (" + origin +
                     "); give one with --data or BLINDFIT_DATA: " + folder.string());
  }
  return folder.lexically_normal();
}

}  // namespace blindfit::data
