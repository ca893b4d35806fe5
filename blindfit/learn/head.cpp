// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/head.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "blindfit/base/atomic_file.h"
#include "blindfit/data/npy.h"
#include "blindfit/data/npz.h"

namespace blindfit::learn {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Eigen::Index;

Result<Matrix> member(const data::NpzMembers& members, const char* name, const std::string& path) {
  const auto found = members.find(name);
  const std::string where = path + ", member " + name;
  if (found == members.end()) {
    return Error(ErrorCode::kMalformed,
                 path + ": a head must have the members weights, bias and classes; export it " +
                     "again: no " + name);
  }
  const auto array = data::parse_npy(found->second, where);
  return array ? data::to_matrix(*array, where) : Result<Matrix>(array.error());
}

}  // namespace

Matrix design_matrix(const Matrix& features) {
  Matrix design(features.rows(), features.cols() + 1);
  design << Matrix::Ones(features.rows(), 1), features;
  return design;
}

Head make_head(const Matrix& trained, const data::FeatureTransform& transform) {
  if (trained.cols() != transform.outputs() + 1) {
    throw Error(ErrorCode::kInvalidArgument,
                "trained weights must have a bias column and one for each of the transform's " +
                    std::to_string(transform.outputs()) +
                    " outputs: " + std::to_string(trained.cols()));
  }
  data::LinearMap plain =
      data::fold_back(transform, {trained.rightCols(trained.cols() - 1), trained.col(0)});
  return {std::move(plain.weights), std::move(plain.bias)};
}

Matrix logits(const Head& head, const Matrix& features) {
  if (features.cols() != head.features()) {
    throw Error(ErrorCode::kInvalidArgument, "features must have the head's " +
                                                 std::to_string(head.features()) +
                                                 " columns: " + std::to_string(features.cols()));
  }
  return (features * head.weights.transpose()).rowwise() + head.bias.transpose();
}

base::Status save_head(const Head& head, const std::filesystem::path& path) {
  std::vector<std::int64_t> classes;
  for (Index k = 0; k < head.classes(); ++k) {
    classes.push_back(k);
  }
  data::NpzMembers members{{"weights", data::make_npy(head.weights)},
                           {"bias", data::make_npy(head.bias)},
                           {"classes", data::make_npy(classes)}};
  if (!head.names.empty()) {
    members.emplace("names", data::make_npy(head.names));
  }
  return base::write_file(path, data::make_npz(members));
}

Result<Head> load_head(const std::filesystem::path& path, const data::Limits& limits) {
  const auto bytes = base::read_file(path, static_cast<std::size_t>(limits.bytes));
  if (!bytes) {
    return bytes.error();
  }
  const std::string name = path.string();
  const auto members = data::parse_npz(*bytes, name, limits);
  if (!members) {
    return members.error();
  }
  const auto weights = member(*members, "weights", name);
  const auto bias = member(*members, "bias", name);
  const auto classes = member(*members, "classes", name);
  for (const auto* part : {&weights, &bias, &classes}) {
    if (!*part) {
      return part->error();
    }
  }
  const Index count = weights->rows();
  if (bias->rows() != count || bias->cols() != 1 || classes->rows() != count ||
      classes->cols() != 1) {
    return Error(ErrorCode::kMalformed,
                 name + ": bias and classes must have one entry per row of weights (" +
                     std::to_string(count) + "); export the head again: " +
                     std::to_string(bias->size()) + " and " + std::to_string(classes->size()));
  }
  for (Index k = 0; k < count; ++k) {
    if ((*classes)(k, 0) != static_cast<double>(k)) {
      return Error(ErrorCode::kMalformed, name +
                                              ": classes must be 0, 1, 2, ... in order; "
                                              "reorder the rows of the head: " +
                                              std::to_string((*classes)(k, 0)));
    }
  }
  Head head{*weights, bias->col(0)};
  if (const auto found = members->find("names"); found != members->end()) {
    auto names = data::parse_npy_texts(found->second, name + ", member names");
    if (!names) {
      return names.error();
    }
    head.names = std::move(names).value();
    if (static_cast<Index>(head.names.size()) != count) {
      return Error(ErrorCode::kMalformed,
                   name + ": names must have one entry per row of weights (" +
                       std::to_string(count) +
                       "); export the head again: " + std::to_string(head.names.size()));
    }
  }
  return head;
}

}  // namespace blindfit::learn
