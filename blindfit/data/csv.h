// SPDX-License-Identifier: Apache-2.0
// Numeric tables as text: comma, semicolon, tab or spaces between cells, one sample per line.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "blindfit/data/dataset.h"

namespace blindfit::data {

/// Where the label stands: nowhere, at an index (0 = first, -1 = last), or under a name of the
/// header line.
struct NoLabel {};
using LabelColumn = std::variant<NoLabel, int, std::string>;

enum class CsvHeader {
  kDetect,  ///< the first line is a header when more than half of its cells are not numbers
  kPresent,
  kAbsent,
};

struct CsvOptions {
  CsvHeader header = CsvHeader::kDetect;
  LabelColumn label = 0;
  /// '\0': tab, semicolon, comma or spaces, the first of these that the first line contains.
  char delimiter = '\0';
  Limits limits;
};

/// Parses a table. Blank lines, a byte order mark, CRLF, and spaces and double quotes around cells
/// are accepted; cells are decimal numbers with a point. Labels are integers (5, 5.0 and 5e0 are
/// the same), or names if the first is no number: then Dataset::class_names says which. Errors name
/// `source`, line, column and the cell: kMalformed for ragged rows, an empty table, cells that are
/// empty, not numbers or not finite, labels that are not integers or negative, a label column that
/// does not exist, fewer distinct labels than the limits ask for; kTooLarge for rows, columns,
/// classes or bytes above the limits.
base::Result<Dataset> parse_csv(std::string_view text, const std::string& source,
                                const CsvOptions& options = {});

/// Reads the file (plain or gzip) and parses it. Errors: those of read_unpacked and parse_csv.
base::Result<Dataset> read_csv(const std::filesystem::path& path, const CsvOptions& options = {});

}  // namespace blindfit::data
