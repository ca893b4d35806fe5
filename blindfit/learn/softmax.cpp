// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/softmax.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <string>

namespace blindfit::learn {
namespace {

using base::Error;
using base::ErrorCode;

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

void apply(const SoftmaxStep& step, std::vector<double>& p) {
  const double sum = sum_of(p);
  const auto classes = static_cast<double>(p.size());
  for (double& v : p) {
    switch (step.kind) {
      case SoftmaxStep::Kind::kSquare:
        v = v * v;
        break;
      case SoftmaxStep::Kind::kContract:
        v = static_cast<double>(step.gain) * v * (step.shift - sum);
        break;
      case SoftmaxStep::Kind::kCentre:
        v = (classes * v - sum) * (step.shift - sum);
        break;
    }
  }
}

/// Largest error of a row of `tops` logits `gap` above zero, one `other` above it, the rest zero.
double row_error(const SoftmaxApproximation& softmax, std::size_t tops, double gap, double other) {
  std::vector<double> row(softmax.spec.classes, 0.0);
  std::fill_n(row.begin(), tops, gap);
  row.back() = other;
  const std::vector<double> expected = centred_softmax(row);
  const std::vector<double> seen = softmax(row);
  double worst = 0;
  for (std::size_t k = 0; k < row.size(); ++k) {
    worst = std::max(worst, std::abs(seen[k] - expected[k]));
  }
  return worst;
}

}  // namespace

std::vector<double> centred_softmax(std::span<const double> logits) {
  std::vector<double> p(logits.begin(), logits.end());
  if (p.empty()) {
    return p;
  }
  const double highest = *std::max_element(p.begin(), p.end());
  for (double& v : p) {
    v = std::exp(v - highest);
  }
  const double sum = sum_of(p);
  for (double& v : p) {
    v = v / sum - 1.0 / static_cast<double>(p.size());
  }
  return p;
}

base::Result<SoftmaxSpec> conforming(SoftmaxSpec spec) {
  const auto malformed = [](const std::string& rule, double seen) {
    return Error(ErrorCode::kMalformed, "a softmax's " + rule + ": " + std::to_string(seen));
  };
  if (spec.classes < 2 || spec.classes > 256) {
    return malformed("classes must be in [2, 256]", static_cast<double>(spec.classes));
  }
  if (!(spec.domain >= 0.5 && spec.domain <= 64)) {
    return malformed("domain must be in [0.5, 64]", spec.domain);
  }
  if (!(spec.max_error >= 1e-4 && spec.max_error <= 0.1)) {
    return malformed("error must be in [0.0001, 0.1]", spec.max_error);
  }
  return spec;
}

double SoftmaxApproximation::unit() const noexcept {
  return 2 * static_cast<double>(spec.classes - 1) * spec.domain;
}

std::size_t SoftmaxApproximation::front_depth() const noexcept {
  return static_cast<std::size_t>(std::bit_width(front.degree()));
}

bool SoftmaxApproximation::covers(std::span<const double> logits) const {
  const double sum = std::accumulate(logits.begin(), logits.end(), 0.0);
  const bool inside = std::all_of(logits.begin(), logits.end(), [&](double z) {
    return std::abs(static_cast<double>(spec.classes) * z - sum) <= unit();
  });
  const double first = sum_of(before_step(logits, 1));
  return inside && first >= steps[0].low && first <= steps[0].high;
}

std::vector<double> SoftmaxApproximation::operator()(std::span<const double> logits) const {
  return before_step(logits, steps.size());
}

std::vector<double> SoftmaxApproximation::before_step(std::span<const double> logits,
                                                      std::size_t index) const {
  if (logits.size() != spec.classes) {
    throw Error(ErrorCode::kInvalidArgument, "a row must have " + std::to_string(spec.classes) +
                                                 " logits: " + std::to_string(logits.size()));
  }
  const double sum = std::accumulate(logits.begin(), logits.end(), 0.0);
  std::vector<double> p;
  for (const double z : logits) {
    p.push_back(circuits::evaluate(front, (static_cast<double>(spec.classes) * z - sum) / unit()));
  }
  for (std::size_t i = 0; i < index; ++i) {
    apply(steps.at(i), p);
  }
  return p;
}

double SoftmaxApproximation::max_error() const {
  constexpr int kIntervals = 64;
  double worst = 0;
  for (std::size_t tops = 1; tops < spec.classes; tops = tops < 3 ? tops + 1 : 2 * tops) {
    for (int i = 0; i <= kIntervals; ++i) {
      const double gap = 2 * spec.domain * i / kIntervals;
      for (int j = 0; j <= kIntervals; ++j) {
        // Contenders of a softmax are close: the other one is denser near the top.
        const double share = static_cast<double>(j) / kIntervals;
        worst = std::max(worst, row_error(*this, tops, gap, gap * (1 - share * share)));
      }
    }
  }
  return worst;
}

}  // namespace blindfit::learn
