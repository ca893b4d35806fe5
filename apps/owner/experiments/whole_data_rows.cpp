// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/whole_data_rows.h"

#include "apps/program/exit_code.h"
#include "blindfit/data/open_dataset.h"

namespace blindfit::experiments {
namespace {

namespace fs = std::filesystem;

data::Dataset labelled(const fs::path& features, const fs::path& labels) {
  data::OpenOptions options;
  options.labels = labels;
  return program::value_or_throw(data::open_dataset(features, options));
}

}  // namespace

Rows mnist_feature_rows(const fs::path& data) {
  const fs::path folder = data / "mnist";
  return {labelled(folder / "squeezenet1.1_fire9_train.npy", folder / "train-labels-idx1-ubyte.gz"),
          labelled(folder / "squeezenet1.1_fire9_test.npy", folder / "t10k-labels-idx1-ubyte.gz")};
}

Rows mnist_pixel_rows(const fs::path& data) {
  const fs::path folder = data / "mnist";
  return {labelled(folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte.gz"),
          labelled(folder / "t10k-images-idx3-ubyte.gz", folder / "t10k-labels-idx1-ubyte.gz")};
}

Rows mnist38_rows(const fs::path& data) {
  const fs::path folder = data / "mnist";
  return {
      labelled(folder / "mnist38_14x14_train.npy", folder / "mnist38_14x14_train_labels.npy"),
      labelled(folder / "mnist38_14x14_test.npy", folder / "mnist38_14x14_test_labels.npy"),
  };
}

std::vector<std::string> classical_sets() {
  return {"edin", "lbw", "nhanes3", "pcs", "uis"};
}

data::Dataset medical_rows(const fs::path& data, const std::string& name) {
  constexpr int kFirst = 0;
  constexpr int kLast = -1;
  data::OpenOptions options;
  options.csv.label = name == kIdash ? kFirst : kLast;
  return program::value_or_throw(data::open_dataset(data / "logreg" / (name + ".txt"), options));
}

std::vector<Rows> cross_validation_rows(const data::Dataset& all) {
  const std::vector<int> fold_of_row = data::stratified_folds(all.labels, kFolds, kFoldSeed);
  std::vector<Rows> folds;
  for (int fold = 0; fold < kFolds; ++fold) {
    data::Split split = data::split_by_fold(all, fold_of_row, fold);
    folds.push_back({std::move(split.train), std::move(split.test)});
  }
  return folds;
}

}  // namespace blindfit::experiments
