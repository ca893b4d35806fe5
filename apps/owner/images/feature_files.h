// SPDX-License-Identifier: Apache-2.0
// What `blindfit features` leaves: numbers, labels, names, and a record of how they were made.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "blindfit/data/npy.h"
#include "blindfit/images/preprocessing.h"

namespace blindfit::features {

/// The names that belong to `<stem>.npy`.
struct FeatureFiles {
  std::filesystem::path features;  ///< <stem>.npy, float32
  std::filesystem::path labels;    ///< <stem>.labels.npy
  std::filesystem::path names;     ///< <stem>.files.txt: the file of each row
  std::filesystem::path record;    ///< <stem>.json
  std::filesystem::path partial;   ///< <stem>.npy.partial/

  /// Throws Error{kInvalidArgument} unless `out` ends in .npy.
  explicit FeatureFiles(const std::filesystem::path& out);
  /// The same for the rows that are held out: <stem>.heldout.npy and so on.
  [[nodiscard]] FeatureFiles held_out() const;
};

/// Rows that are ready to be written.
struct FeatureTable {
  data::FloatMatrix rows;
  std::vector<int> labels;         ///< empty: none
  std::vector<std::string> names;  ///< empty: none
};

/// The chosen rows of a table.
FeatureTable select_rows(const FeatureTable& table, const std::vector<Eigen::Index>& rows);

/// Row numbers of a table in two parts.
struct RowSplit {
  std::vector<Eigen::Index> train;
  std::vector<Eigen::Index> heldout;
};
/// Draws `fraction` of every class, always the same rows. Throws Error{kInvalidArgument} without
/// labels or unless both parts have at least a row.
RowSplit split_rows(const std::vector<int>& labels, double fraction);

/// Writes each file whole, the record last, and removes labels or names that an earlier run left
/// and this one has none of. Throws Error{kIo}.
void write_features(const FeatureFiles& files, const FeatureTable& table,
                    const nlohmann::json& record);

/// What --like takes over from an earlier record.
struct EarlierChoices {
  images::Preprocessing preprocessing;
  std::string output;
  std::string digest;  ///< of the backbone, in hexadecimal
  images::InputSize size;
  std::vector<std::string> classes;
};
/// Throws Error{kIo}; kInvalidArgument for a file that is no such record.
EarlierChoices read_record(const std::string& path);

}  // namespace blindfit::features
