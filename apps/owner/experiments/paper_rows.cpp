// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/paper_rows.h"

#include "apps/program/exit_code.h"
#include "blindfit/data/open_dataset.h"

namespace blindfit::experiments {
namespace {

constexpr const char* kFile = "regnet_x_400mf_mnist_first512.csv";
constexpr Eigen::Index kTrainRows = 128;

}  // namespace

Rows paper_rows(const std::filesystem::path& data) {
  const data::Dataset all = program::value_or_throw(data::open_dataset(data / kFile));
  return {data::head(all, kTrainRows), data::slice(all, kTrainRows, all.rows() - kTrainRows)};
}

}  // namespace blindfit::experiments
