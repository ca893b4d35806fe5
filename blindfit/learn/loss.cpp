// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/loss.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>

namespace blindfit::learn {
namespace {

using base::Error;
using base::ErrorCode;
using Eigen::Index;

void require_labels(const Matrix& logits, std::span<const int> labels) {
  if (labels.size() != static_cast<std::size_t>(logits.rows()) || labels.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                "there must be one label for each of at least one row of logits: " +
                    std::to_string(labels.size()) + " labels, " + std::to_string(logits.rows()) +
                    " rows");
  }
  for (const int label : labels) {
    if (label < 0 || label >= logits.cols()) {
      throw Error(ErrorCode::kInvalidArgument, "labels must be below the number of classes " +
                                                   std::to_string(logits.cols()) + ": " +
                                                   std::to_string(label));
    }
  }
}

/// ln sigmoid(z) = -ln(1 + e^-z), for any finite z.
double log_sigmoid(double z) {
  return std::min(z, 0.0) - std::log1p(std::exp(-std::abs(z)));
}

}  // namespace

double squared_likelihood_error(const Matrix& logits, std::span<const int> labels) {
  require_labels(logits, labels);
  double sum = 0;
  for (Index i = 0; i < logits.rows(); ++i) {
    for (Index j = 0; j < logits.cols(); ++j) {
      sum += log_sigmoid(labels[static_cast<std::size_t>(i)] == j ? logits(i, j) : -logits(i, j));
    }
  }
  return sum;
}

std::vector<int> predict(const Matrix& logits) {
  std::vector<int> classes;
  classes.reserve(static_cast<std::size_t>(logits.rows()));
  for (Index i = 0; i < logits.rows(); ++i) {
    Index best = 0;
    for (Index j = 1; j < logits.cols(); ++j) {
      if (logits(i, j) > logits(i, best)) {
        best = j;
      }
    }
    classes.push_back(static_cast<int>(best));
  }
  return classes;
}

double accuracy(const Matrix& logits, std::span<const int> labels) {
  require_labels(logits, labels);
  const std::vector<int> classes = predict(logits);
  int right = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    right += classes[i] == labels[i] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(classes.size());
}

double area_under_curve(std::span<const double> scores, std::span<const int> labels) {
  std::array<double, 2> counts{};
  for (const int label : labels) {
    if (label == 0 || label == 1) {
      counts.at(static_cast<std::size_t>(label)) += 1;
    }
  }
  const auto [negatives, positives] = counts;
  if (scores.size() != labels.size() ||
      negatives + positives != static_cast<double>(labels.size()) || negatives * positives == 0) {
    throw Error(ErrorCode::kInvalidArgument,
                "an area needs one label per score, 0 or 1, and both of them: " +
                    std::to_string(scores.size()) + " scores, " + std::to_string(negatives) +
                    " zeros, " + std::to_string(positives) + " ones");
  }
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double wins = 0;    // pairs in which the one stands above the zero
  double passed = 0;  // zeros below the present score
  for (std::size_t first = 0; first < order.size();) {
    std::array<double, 2> tied{};
    std::size_t i = first;
    for (; i < order.size() && scores[order[i]] == scores[order[first]]; ++i) {
      tied.at(static_cast<std::size_t>(labels[order[i]])) += 1;
    }
    wins += tied[1] * (passed + tied[0] / 2);
    passed += tied[0];
    first = i;
  }
  return wins / (negatives * positives);
}

Eigen::MatrixXi confusion_matrix(const Matrix& logits, std::span<const int> labels) {
  require_labels(logits, labels);
  Eigen::MatrixXi counts = Eigen::MatrixXi::Zero(logits.cols(), logits.cols());
  const std::vector<int> classes = predict(logits);
  for (std::size_t i = 0; i < classes.size(); ++i) {
    ++counts(labels[i], classes[i]);
  }
  return counts;
}

}  // namespace blindfit::learn
