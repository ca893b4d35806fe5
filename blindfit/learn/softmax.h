// SPDX-License-Identifier: Apache-2.0
// Softmax of encrypted logits without a maximum or a division: exponentials at a high temperature,
// squared until the temperature is 1, each time after their sum was brought back near 1.
// docs/notes/0012-softmax.md derives it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "blindfit/base/error.h"
#include "blindfit/circuits/chebyshev.h"

namespace blindfit::learn {

/// exp(z_k) / sum of exp(z_j) - 1 / K, without overflow. Empty for an empty row.
[[nodiscard]] std::vector<double> centred_softmax(std::span<const double> logits);

/// What an approximation is asked for, and all that a plan needs to store: `make_softmax` is
/// deterministic.
struct SoftmaxSpec {
  std::size_t classes = 10;  ///< K, 2 to 256
  double domain = 16;        ///< R: valid where any two logits of a row differ by at most 2R
  double max_error = 1e-2;   ///< of any probability, arithmetic aside

  bool operator==(const SoftmaxSpec&) const = default;
};

/// Checks the ranges: classes in [2, 256], a domain in [0.5, 64], an error in [1e-4, 0.1]. Errors:
/// kMalformed.
base::Result<SoftmaxSpec> conforming(SoftmaxSpec spec);

/// One level. S is the sum over classes of the values p_k that the step receives.
struct SoftmaxStep {
  enum class Kind {
    kSquare,    ///< p_k <- p_k^2: halves the temperature
    kContract,  ///< p_k <- gain p_k (shift - S): brings S nearer to a constant
    kCentre,    ///< the last: p_k <- (K p_k - S) (shift - S), the probability minus 1/K
  };
  Kind kind = Kind::kSquare;
  double shift = 0;
  std::size_t gain = 1;
  /// Proved range of the sum after the step; of that of the probabilities for the last one. All
  /// p_k are >= 0 after the first step, so that `high` bounds them too.
  double low = 0;
  double high = 1;
};

/// A plain value. Evaluation is front(t_k), t_k = (z_k - mean of z) / (2 R (1 - 1/K)), then the
/// steps, of which the first is a square and the last is kCentre.
struct SoftmaxApproximation {
  SoftmaxSpec spec;
  circuits::ChebyshevSeries front;  ///< a multiple of exp((z_k - mean) / temperature)
  double temperature = 1;           ///< 2 to the number of squares
  double front_low = 0;             ///< range of the front on its domain; may be below 0
  double front_high = 1;
  std::vector<SoftmaxStep> steps;

  /// The logit that stands for 1 in the values that the circuit takes: K y_k - sum of y_j = t_k for
  /// y = z / unit().
  [[nodiscard]] double unit() const noexcept;
  /// Levels of the front, ceil(log2(degree + 1)), and of everything.
  [[nodiscard]] std::size_t front_depth() const noexcept;
  [[nodiscard]] std::size_t depth() const noexcept { return front_depth() + steps.size(); }
  /// True if the error holds for this row: every t_k is in [-1, 1] and the first sum in its range,
  /// from which all others follow. True for all rows of the domain, and for most that leave it on
  /// both sides at once; beyond, values do not stay small but grow without bound. Throws as
  /// operator().
  [[nodiscard]] bool covers(std::span<const double> logits) const;
  /// The approximations of centred_softmax by the circuit's operations. Throws
  /// Error{kInvalidArgument} unless there are K logits.
  [[nodiscard]] std::vector<double> operator()(std::span<const double> logits) const;
  /// The values before step `index`; after all for steps.size().
  [[nodiscard]] std::vector<double> before_step(std::span<const double> logits,
                                                std::size_t index) const;
  /// Largest error over rows with up to three different logits, at most 2R apart, on a grid.
  [[nodiscard]] double max_error() const;
};

/// The approximation of least depth, and among those of fewest products. Ranges are propagated as
/// intervals from the front's values on a grid. Errors: kInvalidArgument for a spec that
/// `conforming` refuses, and where 40 levels do not suffice.
base::Result<SoftmaxApproximation> make_softmax(const SoftmaxSpec& spec);

}  // namespace blindfit::learn
