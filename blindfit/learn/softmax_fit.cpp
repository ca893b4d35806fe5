// SPDX-License-Identifier: Apache-2.0
// Builds a softmax approximation: fits the front by Remez's exchange, bounds the sums, and searches
// the shortest word of squares and contractions.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "blindfit/circuits/polynomial_plan.h"
#include "blindfit/learn/remez.h"
#include "blindfit/learn/softmax.h"

namespace blindfit::learn {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using circuits::ChebyshevSeries;
using Eigen::Index;
using Kind = SoftmaxStep::Kind;

constexpr std::size_t kMostLevels = 40;

struct Interval {
  double low = 0;
  double high = 0;
  [[nodiscard]] double ratio() const noexcept { return high / low; }
};

/// exp(x) for x in [-widest, widest], x = (z - mean) / temperature.
struct Exponential {
  double widest;
  double temperature;

  /// The error that is allowed at x, up to a factor: the same relative one for all logits above the
  /// mean, where the highest is; below, a class has a probability of at most exp(temperature x),
  /// and needs no more than to stay small.
  [[nodiscard]] double tolerance(double x) const noexcept {
    constexpr double kLoosest = 20;
    return x >= 0 ? std::exp(x) : std::min(kLoosest, std::exp(x * (1 - temperature)));
  }
};

struct Fit {
  ChebyshevSeries series;  ///< in x / widest
  double error;            ///< in units of the tolerance
};

/// Minimax over 2,001 Chebyshev points, relative to the tolerance.
Fit fit_exponential(const Exponential& target, Index degree) {
  constexpr Index kPoints = 2001;
  Eigen::MatrixXd design(kPoints, degree + 1);
  Eigen::VectorXd values(kPoints);
  for (Index i = 0; i < kPoints; ++i) {
    const double angle = M_PI * static_cast<double>(kPoints - 1 - i) / (kPoints - 1);
    const double x = target.widest * std::cos(angle);
    values(i) = std::exp(x) / target.tolerance(x);
    for (Index k = 0; k <= degree; ++k) {
      design(i, k) = std::cos(static_cast<double>(k) * angle) / target.tolerance(x);
    }
  }
  const Index count = degree + 2;
  std::vector<Index> reference;
  for (Index i = 0; i < count; ++i) {
    reference.push_back((kPoints - 1) * i / (count - 1));
  }
  const MinimaxFit fit = fit_minimax(design, values, std::move(reference));
  return {{{fit.coefficients.begin(), fit.coefficients.end()}}, fit.error};
}

/// Bounds of the sum of front(t_k)^2 over all rows. At most K times the concave, and at least K
/// times the convex envelope at the mean: the extremes over chords from u <= 0 to v >= 0 that are
/// no wider than two domains. The grid contains the corners; what it misses in between is far below
/// the margin.
Interval squares_range(const ChebyshevSeries& front, std::size_t classes) {
  constexpr int kIntervals = 200;
  constexpr double kMargin = 1e-3;
  const auto k = static_cast<double>(classes);
  const double window = k / (k - 1);  // 2R in units of the front's domain
  const auto square = [&](double t) {
    const double value = circuits::evaluate(front, t);
    return value * value;
  };
  Interval range{square(0), square(0)};
  for (int i = 1; i <= kIntervals; ++i) {
    const double v = static_cast<double>(i) / kIntervals;
    const double at_v = square(v);
    for (int j = 0; j <= kIntervals; ++j) {
      const double u = -std::min(1.0, window - v) * j / kIntervals;
      const double chord = (v * square(u) - u * at_v) / (v - u);
      range = {std::min(range.low, chord), std::max(range.high, chord)};
    }
  }
  return {k * range.low * (1 - kMargin), k * range.high * (1 + kMargin)};
}

/// high / low after a step: both increase with the ratio before it.
double contracted(double ratio) {
  return (ratio + 1) * (ratio + 1) / (4 * ratio);
}
double squared(double ratio, std::size_t classes) {
  return static_cast<double>(classes) * ratio * ratio;
}

/// The shortest word with `squares` squares that takes a sum from `ratio` to within `error` of its
/// mean. As both maps increase, the best word of each length and number of squares extends a best
/// one.
std::optional<std::vector<Kind>> shortest_word(double ratio, std::size_t classes,
                                               std::size_t squares, double error) {
  struct Word {
    double ratio = std::numeric_limits<double>::infinity();
    std::vector<Kind> steps;
  };
  std::vector<Word> best(squares + 1);
  best[0] = {ratio, {}};
  const auto extend = [](const Word& word, Kind kind, double to, Word& into) {
    if (to < into.ratio) {
      into = {to, word.steps};
      into.steps.push_back(kind);
    }
  };
  for (std::size_t length = 1; length <= kMostLevels; ++length) {
    std::vector<Word> next(squares + 1);
    for (std::size_t j = 0; j <= squares; ++j) {
      if (std::isfinite(best[j].ratio)) {
        extend(best[j], Kind::kContract, contracted(best[j].ratio), next[j]);
      }
      if (j > 0 && std::isfinite(best[j - 1].ratio)) {
        extend(best[j - 1], Kind::kSquare, squared(best[j - 1].ratio, classes), next[j]);
      }
    }
    best = std::move(next);
    const Word& word = best[squares];
    if ((word.ratio - 1) / (word.ratio + 1) <= error && word.steps.back() == Kind::kContract) {
      return word.steps;
    }
  }
  return std::nullopt;
}

/// Constants and ranges for a front whose squares sum to at most 1. Multiplies everything so that
/// the last step gives probabilities.
void set_steps(const std::vector<Kind>& word, Interval range, SoftmaxApproximation& softmax) {
  const auto classes = static_cast<double>(softmax.spec.classes);
  softmax.steps = {{Kind::kSquare, 0, 1, range.low, range.high}};
  double last_mean = 1;
  for (std::size_t i = 0; i < word.size(); ++i) {
    SoftmaxStep step{word[i]};
    if (word[i] == Kind::kSquare) {
      range = {range.low * range.low / classes, range.high * range.high};
    } else {
      step.shift = range.low + range.high;
      range = {range.low * range.high, step.shift * step.shift / 4};
      if (i + 1 == word.size()) {
        step.kind = Kind::kCentre;
        last_mean = (range.low + range.high) / 2;
        range = {range.low / last_mean, range.high / last_mean};
      } else {
        step.gain = static_cast<std::size_t>(std::max(1.0, std::floor(1 / range.high)));
        const auto gain = static_cast<double>(step.gain);
        range = {gain * range.low, gain * range.high};
      }
    }
    step.low = range.low;
    step.high = range.high;
    softmax.steps.push_back(step);
  }
  // Step i makes polynomials of degree 2^(i+1) in the front, and K S (shift - S) is to be 1.
  double factor = std::pow(classes * last_mean, -std::exp2(-static_cast<double>(word.size() + 1)));
  for (double& c : softmax.front.coefficients) {
    c *= factor;
  }
  for (SoftmaxStep& step : softmax.steps) {
    step.shift *= factor;
    factor *= factor;
    if (step.kind != Kind::kCentre) {
      step.low *= factor;
      step.high *= factor;
    }
  }
}

void set_front_range(SoftmaxApproximation& softmax) {
  constexpr int kIntervals = 1000;
  softmax.front_low = softmax.front_high = circuits::evaluate(softmax.front, 0);
  for (int i = -kIntervals; i <= kIntervals; ++i) {
    const double value = circuits::evaluate(softmax.front, static_cast<double>(i) / kIntervals);
    softmax.front_low = std::min(softmax.front_low, value);
    softmax.front_high = std::max(softmax.front_high, value);
  }
}

/// The approximation with a front of 2^front_depth coefficients and `squares` squares, if any.
std::optional<SoftmaxApproximation> candidate(const SoftmaxSpec& spec, int front_depth,
                                              std::size_t squares) {
  const double temperature = std::exp2(static_cast<double>(squares));
  const auto classes = static_cast<double>(spec.classes);
  const Exponential target{2 * spec.domain * (1 - 1 / classes) / temperature, temperature};
  Fit fit = fit_exponential(target, (Index{1} << front_depth) - 1);
  // Two logits may be shifted by temperature * error each, in opposite directions, and a
  // probability changes by at most a quarter of their difference.
  const double front_error = temperature * fit.error / 2;
  if (!(front_error < spec.max_error)) {
    return std::nullopt;
  }
  const Interval range = squares_range(fit.series, spec.classes);
  if (!(range.low > 0)) {
    return std::nullopt;
  }
  const auto word =
      shortest_word(range.ratio(), spec.classes, squares - 1, spec.max_error - front_error);
  if (!word) {
    return std::nullopt;
  }
  SoftmaxApproximation softmax;
  softmax.spec = spec;
  softmax.temperature = temperature;
  softmax.front = std::move(fit.series);
  for (double& c : softmax.front.coefficients) {
    c /= std::sqrt(range.high);
  }
  set_steps(*word, {range.low / range.high, 1}, softmax);
  set_front_range(softmax);
  return softmax;
}

/// Levels, then key switches of one class.
std::pair<std::size_t, std::size_t> cost(const SoftmaxApproximation& softmax) {
  return {softmax.depth(),
          softmax.steps.size() + circuits::PolynomialPlan(softmax.front).key_switches()};
}

}  // namespace

Result<SoftmaxApproximation> make_softmax(const SoftmaxSpec& spec) {
  const Result<SoftmaxSpec> checked = conforming(spec);
  if (!checked) {
    return Error(ErrorCode::kInvalidArgument, checked.error().what());
  }
  std::optional<SoftmaxApproximation> best;
  for (int front_depth = 1; front_depth <= 4; ++front_depth) {
    for (std::size_t squares = 1; squares <= 8; ++squares) {
      std::optional<SoftmaxApproximation> next = candidate(spec, front_depth, squares);
      if (next && next->depth() <= kMostLevels && (!best || cost(*next) < cost(*best))) {
        best = std::move(next);
      }
    }
  }
  if (!best) {
    return Error(ErrorCode::kInvalidArgument,
                 "no softmax of at most " + std::to_string(kMostLevels) +
                     " levels reaches this domain: " + std::to_string(spec.domain));
  }
  return std::move(*best);
}

}  // namespace blindfit::learn
