// SPDX-License-Identifier: Apache-2.0
#include "blindfit/data/csv.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "blindfit/data/csv_cells.h"
#include "blindfit/data/file_bytes.h"

namespace blindfit::data {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Eigen::Index;

std::string printable(std::string_view cell) {
  constexpr std::size_t kLongest = 40;
  std::string text(cell.substr(0, kLongest));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) {
      c = '?';
    }
  }
  return "'" + text + (cell.size() > kLongest ? "...'" : "'");
}

std::string place(const std::string& source, std::int64_t line, std::int64_t column) {
  return source + ", line " + std::to_string(line) + ", column " + std::to_string(column + 1) +
         ": ";
}

Error bad_cell(const std::string& where, CellKind kind, std::string_view cell) {
  switch (kind) {
    case CellKind::kEmpty:
      return {
          ErrorCode::kMalformed,
          where + "no cell may be empty; fill in or drop the missing values: " + printable(cell)};
    case CellKind::kNotFinite:
      return {ErrorCode::kMalformed, where + "numbers must be finite; replace or drop NaN, inf " +
                                         "and values beyond a double: " + printable(cell)};
    default:
      return {ErrorCode::kMalformed,
              where + "a cell must be a number with a decimal point; remove or encode text " +
                  "columns, or say that the first line is a header: " + printable(cell)};
  }
}

char detect_delimiter(std::string_view line) {
  for (const char candidate : {'\t', ';', ','}) {
    if (trim(line).find(candidate) != std::string_view::npos) {
      return candidate;
    }
  }
  return ' ';
}

/// What a first pass over the text finds; nothing is allocated for the data before it has passed
/// the limits.
struct Survey {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  char delimiter = ' ';
  bool header = false;
};

bool looks_like_header(std::string_view line, char delimiter) {
  std::int64_t cells = 0;
  std::int64_t words = 0;
  CellReader reader(line, delimiter);
  double ignored = 0.0;
  for (auto cell = reader.next(); cell; cell = reader.next()) {
    ++cells;
    words += parse_number(*cell, ignored) == CellKind::kText ? 1 : 0;
  }
  return 2 * words > cells;
}

std::int64_t count_cells(std::string_view line, char delimiter) {
  if (delimiter != ' ') {
    return 1 + std::count(line.begin(), line.end(), delimiter);
  }
  std::int64_t cells = 0;
  CellReader reader(line, delimiter);
  while (reader.next()) {
    ++cells;
  }
  return cells;
}

std::optional<Error> check_limits(const Survey& survey, const std::string& source,
                                  const Limits& limits) {
  if (survey.rows == 0) {
    return Error(ErrorCode::kMalformed,
                 source + ": a table must have at least one row of numbers; check that it is the " +
                     "right file: 0 rows");
  }
  if (survey.columns > limits.columns) {
    return Error(ErrorCode::kTooLarge,
                 source + ": columns must be at most " + std::to_string(limits.columns) +
                     "; raise the limit if this is no mistake: " + std::to_string(survey.columns));
  }
  if (survey.rows > limits.rows) {
    return Error(ErrorCode::kTooLarge, source + ": rows must be at most " +
                                           std::to_string(limits.rows) +
                                           "; raise the limit or split the file: more");
  }
  if (survey.rows > limits.bytes / (survey.columns * std::int64_t{sizeof(double)})) {
    return Error(ErrorCode::kTooLarge,
                 source + ": the table must fit in " + std::to_string(limits.bytes) +
                     " bytes as doubles; raise the limit or split the file: " +
                     std::to_string(survey.rows) + " x " + std::to_string(survey.columns));
  }
  return std::nullopt;
}

Result<Survey> take_survey(std::string_view text, const std::string& source,
                           const CsvOptions& options) {
  Survey survey;
  LineReader lines(text);
  for (auto line = lines.next(); line; line = lines.next()) {
    if (survey.columns == 0) {
      survey.delimiter = options.delimiter != '\0' ? options.delimiter : detect_delimiter(*line);
      survey.columns = count_cells(*line, survey.delimiter);
      survey.header =
          options.header == CsvHeader::kPresent ||
          (options.header == CsvHeader::kDetect && looks_like_header(*line, survey.delimiter));
      survey.rows = survey.header ? 0 : 1;
      continue;
    }
    const std::int64_t cells = count_cells(*line, survey.delimiter);
    if (cells != survey.columns) {
      return Error(ErrorCode::kMalformed,
                   source + ", line " + std::to_string(lines.number()) +
                       ": every line must have as many cells as the first (" +
                       std::to_string(survey.columns) +
                       "); complete the line or check the delimiter: " + std::to_string(cells));
    }
    if (++survey.rows > options.limits.rows) {
      break;
    }
  }
  if (auto error = check_limits(survey, source, options.limits)) {
    return *std::move(error);
  }
  return survey;
}

/// Resolves the label column to an index, -1 when there is none.
Result<std::int64_t> find_label_column(const Survey& survey, std::string_view first_line,
                                       const std::string& source, const LabelColumn& label) {
  if (std::holds_alternative<NoLabel>(label)) {
    return std::int64_t{-1};
  }
  if (const int* index = std::get_if<int>(&label)) {
    const std::int64_t column = *index >= 0 ? *index : survey.columns + *index;
    if (column < 0 || column >= survey.columns || survey.columns < 2) {
      return Error(ErrorCode::kMalformed,
                   source + ": the label column must be one of at least two columns, in [-" +
                       std::to_string(survey.columns) + ", " + std::to_string(survey.columns - 1) +
                       "]; check the index and the delimiter: " + std::to_string(*index));
    }
    return column;
  }
  const std::string& name = std::get<std::string>(label);
  if (!survey.header) {
    return Error(ErrorCode::kMalformed,
                 source + ": a label column is found by name only in a file with " +
                     "a header line; give its index instead: " + printable(name));
  }
  CellReader cells(first_line, survey.delimiter);
  std::int64_t column = 0;
  for (auto cell = cells.next(); cell; cell = cells.next(), ++column) {
    if (*cell == name) {
      return column;
    }
  }
  return Error(ErrorCode::kMalformed,
               source +
                   ": the label column must be named in the header line; check the spelling: " +
                   printable(name));
}

Result<int> to_label(double value, const std::string& where, std::string_view cell) {
  if (value != std::floor(value)) {
    return Error(ErrorCode::kMalformed,
                 where + "a label must be an integer; check which column holds the label: " +
                     printable(cell));
  }
  if (value < 0.0 || value > 1e9) {
    return Error(
        ErrorCode::kMalformed,
        where + "labels must be 0, 1, 2, ...; renumber the classes from 0: " + printable(cell));
  }
  return static_cast<int>(value);
}

/// The second pass: parses every cell of the surveyed table.
class TableParser {
 public:
  TableParser(const Survey& survey, std::int64_t label_column, const std::string& source)
      : survey_(survey), label_column_(label_column), source_(source) {}

  Result<Dataset> parse(std::string_view text, const Limits& limits) {
    features_.resize(survey_.rows, survey_.columns - (label_column_ >= 0 ? 1 : 0));
    labels_.reserve(label_column_ >= 0 ? static_cast<std::size_t>(survey_.rows) : 0);
    LineReader lines(text);
    if (survey_.header) {
      lines.next();
    }
    for (Index row = 0; row < survey_.rows; ++row) {
      const auto line = lines.next();
      if (auto error = parse_row(*line, lines.number(), row)) {
        return *std::move(error);
      }
    }
    number_names();
    auto dataset = make_dataset(std::move(features_), std::move(labels_), source_, limits);
    if (!dataset) {
      return dataset.error();
    }
    Dataset named = std::move(dataset).value();
    for (const auto& [name, number] : names_) {
      named.class_names.push_back(name);
    }
    return named;
  }

 private:
  std::optional<Error> parse_row(std::string_view line, std::int64_t line_number, Index row) {
    CellReader cells(line, survey_.delimiter);
    double* out = features_.row(row).data();
    std::int64_t column = 0;
    for (auto cell = cells.next(); cell; cell = cells.next(), ++column) {
      double value = 0.0;
      const CellKind kind = parse_number(*cell, value);
      if (column == label_column_ && (!names_.empty() || (row == 0 && kind == CellKind::kText))) {
        if (auto error = take_name(*cell, place(source_, line_number, column))) {
          return error;
        }
        continue;
      }
      if (kind != CellKind::kFinite) {
        return bad_cell(place(source_, line_number, column), kind, *cell);
      }
      if (column != label_column_) {
        *out++ = value;
        continue;
      }
      const Result<int> label = to_label(value, place(source_, line_number, column), *cell);
      if (!label) {
        return label.error();
      }
      labels_.push_back(*label);
    }
    return std::nullopt;
  }

  std::optional<Error> take_name(std::string_view cell, const std::string& where) {
    constexpr std::size_t kLongest = 100;
    const bool control = std::any_of(cell.begin(), cell.end(),
                                     [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (cell.empty() || cell.size() > kLongest || control) {
      return Error(
          ErrorCode::kMalformed,
          where + "a class name must have 1 to " + std::to_string(kLongest) +
              " bytes, all printable; is this the column of the label?: " + printable(cell));
    }
    const auto number = static_cast<int>(names_.size());
    labels_.push_back(names_.try_emplace(std::string(cell), number).first->second);
    return std::nullopt;
  }

  /// From numbers by first appearance to numbers by name, so that the order of rows means nothing.
  void number_names() {
    std::vector<int> by_name(names_.size());
    int next = 0;
    for (const auto& [name, number] : names_) {
      by_name[static_cast<std::size_t>(number)] = next++;
    }
    if (!names_.empty()) {
      for (int& label : labels_) {
        label = by_name[static_cast<std::size_t>(label)];
      }
    }
  }

  Survey survey_;
  std::int64_t label_column_;
  std::string source_;
  Matrix features_;
  std::vector<int> labels_;
  std::map<std::string, int> names_;  ///< by first appearance, until number_names
};

}  // namespace

Result<Dataset> parse_csv(std::string_view text, const std::string& source,
                          const CsvOptions& options) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  const Result<Survey> survey = take_survey(text, source, options);
  if (!survey) {
    return survey.error();
  }
  const std::string_view first_line = *LineReader(text).next();
  const auto label_column = find_label_column(*survey, first_line, source, options.label);
  if (!label_column) {
    return label_column.error();
  }
  return TableParser(*survey, *label_column, source).parse(text, options.limits);
}

Result<Dataset> read_csv(const std::filesystem::path& path, const CsvOptions& options) {
  const Result<Bytes> bytes = read_unpacked(path, options.limits.bytes);
  if (!bytes) {
    return bytes.error();
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  return parse_csv(text, path.string(), options);
}

}  // namespace blindfit::data
