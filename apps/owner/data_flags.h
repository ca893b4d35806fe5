// SPDX-License-Identifier: Apache-2.0
// The flags that name a data file, the same for every command that reads one.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "blindfit/data/dataset.h"

namespace blindfit::commands {

struct DataFlags {
  std::string data;
  std::string labels;
  std::string label_column = "0";
  long skip = 0;
  long limit = 0;  ///< 0: all
};

/// Adds --data, --labels, --label-column, --skip and --limit.
void add_data_flags(CLI::App& command, DataFlags& flags, bool required);

/// Reads the chosen rows; labels of FILE.npy default to FILE.labels.npy beside it. What is wrong
/// inside the data is Error{kInvalidArgument}: they are input, not a file of ours. Throws
/// Error{kIo}, kCorrupt for damaged compression, kTooLarge. `distinct_labels`: fewer than this are
/// refused.
data::Dataset load_data(const DataFlags& flags, int distinct_labels);

}  // namespace blindfit::commands
