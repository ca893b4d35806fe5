// SPDX-License-Identifier: Apache-2.0
// One way in for every data file: the reader is chosen by the name, the labels may stand in a
// second file.
#pragma once

#include <filesystem>
#include <optional>

#include "blindfit/data/csv.h"

namespace blindfit::data {

struct OpenOptions {
  /// A file of labels: .npy, IDX, or text of one integer per line. Without it the labels come out
  /// of the table; NPY and IDX tables have none then.
  std::optional<std::filesystem::path> labels;
  /// How to read text, and the limits for all formats. With a file of labels, a text table has no
  /// label column.
  CsvOptions csv;
};

/// Reads .csv, .tsv, .txt (text), .npy, and IDX (.idx, .idx1, .idx3, names with "-ubyte"), text and
/// IDX also as .gz. Errors: those of the readers and make_dataset; kInvalidArgument for a name of
/// no known kind.
base::Result<Dataset> open_dataset(const std::filesystem::path& path,
                                   const OpenOptions& options = {});

/// Returns the folder of shared data: `chosen` (the flag --data) if given, else the environment
/// variable BLINDFIT_DATA if set, else ../shared/data seen from `start`. Errors: kIo when that
/// folder does not exist; the message says which of the three was used.
base::Result<std::filesystem::path> find_data_directory(
    const std::optional<std::filesystem::path>& chosen = std::nullopt,
    const std::filesystem::path& start = std::filesystem::current_path());

}  // namespace blindfit::data
