// SPDX-License-Identifier: Apache-2.0
// How a polynomial is evaluated in the fewest levels: Paterson-Stockmeyer over the Chebyshev basis
// [bossuat2021efficient, Sec. 5.1 and Alg. 1], as data that can be counted and run in the clear.
#pragma once

#include <cstddef>
#include <vector>

#include "blindfit/circuits/chebyshev.h"
#include "blindfit/ckks/arithmetic.h"

namespace blindfit::circuits {

/// T_index = 2 T_left T_right - T_(left - right), left >= right. `depth`: levels below the
/// argument.
struct BasisStep {
  std::size_t index;
  std::size_t left;
  std::size_t right;
  std::size_t depth;
};

/// One sum that is rescaled once: constant + sum of coefficient * T_index + sum of factor *
/// T_index, where a factor is an earlier node. All terms meet at the scale of a product, so that
/// neither constants nor products cost a level or a relinearization of their own.
struct PolynomialNode {
  struct Linear {
    std::size_t index;
    double coefficient;
  };
  struct Product {
    std::size_t index;
    std::size_t node;
  };
  std::size_t depth;  ///< levels between the argument and the rescaled sum
  double constant;
  std::vector<Linear> linear;
  std::vector<Product> products;
};

/// The schedule of one polynomial. Immutable.
class PolynomialPlan {
 public:
  /// Searches for the schedule with the fewest key switches among those of least depth. Throws
  /// Error{kInvalidArgument} unless 1 <= degree <= 127 and all coefficients are finite.
  explicit PolynomialPlan(const ChebyshevSeries& series);

  /// Levels consumed, products with the coefficients included: ceil(log2(degree + 1)).
  [[nodiscard]] std::size_t depth() const noexcept { return nodes_.back().depth; }
  /// Relinearizations of evaluate; evaluate_lazy leaves the last one to the caller.
  [[nodiscard]] std::size_t key_switches() const noexcept;
  [[nodiscard]] std::size_t lazy_key_switches() const noexcept;
  /// For each relinearization of evaluate, in order, how many levels below the argument it stands.
  [[nodiscard]] std::vector<std::size_t> key_switch_depths() const;

  /// In an order of computation; T_0 = 1 and T_1 = y are given.
  [[nodiscard]] const std::vector<BasisStep>& basis() const noexcept { return basis_; }
  /// Every node stands after its factors; the last one is the polynomial.
  [[nodiscard]] const std::vector<PolynomialNode>& nodes() const noexcept { return nodes_; }

  /// The value at `y` by the same operations in the same order as on ciphertexts.
  [[nodiscard]] double evaluate(double y) const;

 private:
  std::vector<BasisStep> basis_;
  std::vector<PolynomialNode> nodes_;
};

/// The exact scales at which one evaluation runs, found before any ciphertext is touched.
struct PolynomialScales {
  std::vector<ckks::Scale> basis;  ///< of T_index after rescaling, by index; unused entries are 0
  std::vector<ckks::Scale> nodes;  ///< of each node after rescaling
};
/// Scales for an argument at `level` and `argument` and a result at exactly `target`: basis scales
/// follow from the argument's, and the constants absorb the rest, so that no two terms ever differ.
///
/// Throws Error{kLevelExhausted} if level < depth, and Error{kScaleMismatch} if a scale leaves
/// [2^12, 2^62] or a scaled coefficient reaches 2^62: argument and target must be near the primes,
/// since T_k deviates from them by k times as many bits as the argument.
PolynomialScales plan_scales(const ckks::Context& context, const PolynomialPlan& plan,
                             std::size_t level, ckks::Scale argument, ckks::Scale target);

}  // namespace blindfit::circuits
