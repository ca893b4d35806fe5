// SPDX-License-Identifier: Apache-2.0
#include "blindfit/data/dataset.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>
#include <utility>

namespace blindfit::data {
namespace {

using base::Error;
using base::ErrorCode;
using Eigen::Index;

// Fisher-Yates written out: std::shuffle and the standard distributions differ between libraries,
// and a split must not.
void shuffle(std::vector<Index>& items, std::mt19937_64& generator) {
  for (std::size_t last = items.size(); last > 1; --last) {
    const std::uint64_t bound = last;
    const std::uint64_t reject = (0 - bound) % bound;  // 2^64 mod bound values are dropped: no bias
    std::uint64_t draw = generator();
    while (draw < reject) {
      draw = generator();
    }
    std::swap(items[last - 1], items[static_cast<std::size_t>(draw % bound)]);
  }
}

std::vector<std::vector<Index>> shuffled_rows_by_class(std::span<const int> labels,
                                                       std::uint64_t seed) {
  const int largest = labels.empty() ? -1 : *std::max_element(labels.begin(), labels.end());
  std::vector<std::vector<Index>> by_class(static_cast<std::size_t>(largest + 1));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    by_class[static_cast<std::size_t>(labels[i])].push_back(static_cast<Index>(i));
  }
  std::mt19937_64 generator(seed);
  for (auto& rows : by_class) {
    shuffle(rows, generator);
  }
  return by_class;
}

}  // namespace

base::Result<Dataset> make_dataset(Matrix features, std::vector<int> labels, std::string source,
                                   const Limits& limits) {
  Dataset dataset{std::move(features), std::move(labels), 0, std::move(source)};
  if (dataset.labels.empty()) {
    return dataset;
  }
  if (dataset.labels.size() != static_cast<std::size_t>(dataset.rows())) {
    return Error(ErrorCode::kMalformed,
                 dataset.source + ": there must be one label per row of features; give the " +
                     "label file that belongs to them: " + std::to_string(dataset.labels.size()) +
                     " labels for " + std::to_string(dataset.rows()) + " rows");
  }
  const auto [smallest, largest] =
      std::minmax_element(dataset.labels.begin(), dataset.labels.end());
  if (*smallest < 0) {
    return Error(ErrorCode::kMalformed, dataset.source +
                                            ": labels must be 0, 1, 2, ...; renumber the classes" +
                                            " from 0: " + std::to_string(*smallest));
  }
  if (*largest >= limits.classes) {
    return Error(ErrorCode::kTooLarge,
                 dataset.source + ": labels must be below the limit of " +
                     std::to_string(limits.classes) +
                     " classes; number the classes from 0 without gaps, or check which column " +
                     "holds the label: " + std::to_string(*largest));
  }
  const auto distinct =
      static_cast<int>(std::set<int>(dataset.labels.begin(), dataset.labels.end()).size());
  if (distinct < limits.distinct_labels) {
    return Error(ErrorCode::kMalformed,
                 dataset.source + ": at least " + std::to_string(limits.distinct_labels) +
                     " classes must occur; check which column holds the label, or whether the " +
                     "rows are sorted by class and cut off: all labels are " +
                     std::to_string(*largest));
  }
  dataset.classes = *largest + 1;
  return dataset;
}

base::Result<Dataset> with_class_names(Dataset dataset, const std::vector<std::string>& names) {
  if (dataset.class_names == names || dataset.labels.empty()) {
    return dataset;
  }
  if (dataset.class_names.empty() || names.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 dataset.source + ": labels must be " +
                     (names.empty() ? "numbers" : "names, such as '" + names.front() + "',") +
                     " as in the data that were trained on; give data in that form");
  }
  std::vector<int> numbers;
  for (const std::string& name : dataset.class_names) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      return Error(ErrorCode::kInvalidArgument,
                   dataset.source + ": labels must be among the " + std::to_string(names.size()) +
                       " names that were trained on; check the spelling: '" + name + "'");
    }
    numbers.push_back(static_cast<int>(found - names.begin()));
  }
  for (int& label : dataset.labels) {
    label = numbers[static_cast<std::size_t>(label)];
  }
  dataset.classes = static_cast<int>(names.size());
  dataset.class_names = names;
  return dataset;
}

Dataset slice(const Dataset& dataset, Index first, Index count) {
  if (first < 0 || count < 0 || count > dataset.rows() - first) {
    throw Error(ErrorCode::kInvalidArgument,
                dataset.source + ": a slice must lie within the " + std::to_string(dataset.rows()) +
                    " rows: first " + std::to_string(first) + ", count " + std::to_string(count));
  }
  Dataset part{dataset.features.middleRows(first, count),
               {},
               dataset.classes,
               dataset.source,
               dataset.class_names};
  if (!dataset.labels.empty()) {
    part.labels.assign(dataset.labels.begin() + first, dataset.labels.begin() + first + count);
  }
  return part;
}

Dataset head(const Dataset& dataset, Index count) {
  return slice(dataset, 0, count);
}

Dataset select(const Dataset& dataset, std::span<const Index> rows) {
  Dataset part{Matrix(static_cast<Index>(rows.size()), dataset.columns()),
               {},
               dataset.classes,
               dataset.source,
               dataset.class_names};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Index row = rows[i];
    if (row < 0 || row >= dataset.rows()) {
      throw Error(ErrorCode::kInvalidArgument, dataset.source + ": a row index must be below " +
                                                   std::to_string(dataset.rows()) + ": " +
                                                   std::to_string(row));
    }
    part.features.row(static_cast<Index>(i)) = dataset.features.row(row);
    if (!dataset.labels.empty()) {
      part.labels.push_back(dataset.labels[static_cast<std::size_t>(row)]);
    }
  }
  return part;
}

Dataset shuffled(const Dataset& dataset, std::uint64_t seed) {
  std::vector<Index> rows(static_cast<std::size_t>(dataset.rows()));
  std::iota(rows.begin(), rows.end(), Index{0});
  std::mt19937_64 generator(seed);
  shuffle(rows, generator);
  return select(dataset, rows);
}

std::vector<int> stratified_folds(std::span<const int> labels, int folds, std::uint64_t seed) {
  if (folds < 2) {
    throw Error(ErrorCode::kInvalidArgument,
                "the number of folds must be at least 2: " + std::to_string(folds));
  }
  std::vector<int> fold_of_row(labels.size());
  int next = 0;  // carried over from class to class, so that fold sizes stay level
  for (const auto& rows : shuffled_rows_by_class(labels, seed)) {
    for (const Index row : rows) {
      fold_of_row[static_cast<std::size_t>(row)] = next;
      next = (next + 1) % folds;
    }
  }
  return fold_of_row;
}

Split split_by_fold(const Dataset& dataset, std::span<const int> folds, int held_out) {
  if (folds.size() != static_cast<std::size_t>(dataset.rows())) {
    throw Error(ErrorCode::kInvalidArgument,
                "there must be one fold number per row: " + std::to_string(folds.size()) + " for " +
                    std::to_string(dataset.rows()) + " rows");
  }
  std::vector<Index> train;
  std::vector<Index> test;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    (folds[i] == held_out ? test : train).push_back(static_cast<Index>(i));
  }
  return {select(dataset, train), select(dataset, test)};
}

Split stratified_split(const Dataset& dataset, double test_fraction, std::uint64_t seed) {
  if (!(test_fraction > 0.0 && test_fraction < 1.0)) {
    throw Error(ErrorCode::kInvalidArgument,
                "the test fraction must be in (0, 1): " + std::to_string(test_fraction));
  }
  if (dataset.labels.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                "a stratified split needs labels: " + dataset.source + " has none");
  }
  std::vector<int> in_test(dataset.labels.size(), 0);
  for (const auto& rows : shuffled_rows_by_class(dataset.labels, seed)) {
    const auto count =
        static_cast<std::size_t>(std::llround(test_fraction * static_cast<double>(rows.size())));
    for (std::size_t i = 0; i < count; ++i) {
      in_test[static_cast<std::size_t>(rows[i])] = 1;
    }
  }
  return split_by_fold(dataset, in_test, 1);
}

}  // namespace blindfit::data
