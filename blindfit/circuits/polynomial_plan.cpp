// SPDX-License-Identifier: Apache-2.0
#include "blindfit/circuits/polynomial_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace blindfit::circuits {
namespace {

using base::Error;
using base::ErrorCode;
using ckks::Scale;

constexpr std::size_t kMaxDegree = 127;

/// Levels that T_k takes: ceil(log2 k).
std::size_t basis_depth(std::size_t k) {
  return static_cast<std::size_t>(std::bit_width(k - 1));
}

BasisStep basis_step(std::size_t k) {
  const std::size_t left = k % 2 == 0 ? k / 2 : std::bit_floor(k);
  return {k, std::max(left, k - left), std::min(left, k - left), basis_depth(k)};
}

/// Splits polynomials over one set of basis elements; costs depend on the degree alone.
class Search {
 public:
  /// The basis: powers of two, and every T_k (odd k only if `odd`) with k <= baby_bound.
  Search(std::size_t degree, bool odd, std::size_t baby_bound) : odd_(odd), basis_(degree + 1) {
    for (std::size_t k = 1; k <= degree; ++k) {
      basis_[k] = std::has_single_bit(k) || (k <= baby_bound && (!odd || k % 2 == 1));
    }
  }

  /// Appends the nodes of `series` with a root at `depth`; false if this basis cannot do it.
  bool build(ChebyshevSeries series, std::size_t depth, std::vector<PolynomialNode>& nodes) {
    PolynomialNode node{depth, 0, {}, {}};
    while (series.degree() > 0 && !is_linear(series.degree(), depth)) {
      const Choice choice = sum(series.degree(), depth);
      if (choice.switches == kInfeasible) {
        return false;
      }
      ChebyshevDivision parts = divide_by_chebyshev(series, choice.split);
      if (parts.quotient.degree() == 0) {
        node.linear.push_back({choice.split, parts.quotient.coefficients[0]});
      } else {
        if (!build(std::move(parts.quotient), depth - 1, nodes)) {
          return false;
        }
        node.products.push_back({choice.split, nodes.size() - 1});
      }
      series = std::move(parts.remainder);
    }
    for (std::size_t k = 1; k < series.coefficients.size(); ++k) {
      if (series.coefficients[k] != 0) {
        node.linear.push_back({k, series.coefficients[k]});
      }
    }
    node.constant = series.coefficients.empty() ? 0 : series.coefficients[0];
    nodes.push_back(std::move(node));
    return true;
  }

 private:
  static constexpr std::size_t kInfeasible = std::numeric_limits<std::size_t>::max();
  struct Choice {
    std::size_t switches = kInfeasible;  // inside the factors
    bool has_product = false;
    std::size_t split = 0;
  };

  /// True if a sum at `depth` can take every term up to `degree` from the basis.
  [[nodiscard]] bool is_linear(std::size_t degree, std::size_t depth) const {
    for (std::size_t k = 1; k <= degree; k += odd_ ? 2 : 1) {
      if (!basis_[k] || basis_depth(k) + 1 > depth) {
        return false;
      }
    }
    return true;
  }

  [[nodiscard]] std::size_t node_cost(std::size_t degree, std::size_t depth) {
    const Choice choice = sum(degree, depth);
    return choice.switches == kInfeasible ? kInfeasible
                                          : choice.switches + (choice.has_product ? 1 : 0);
  }

  /// The cheapest first split of a sum. A factor and its T_split must be ready one level above.
  Choice sum(std::size_t degree, std::size_t depth) {
    if (degree == 0 || is_linear(degree, depth)) {
      return {0, false, 0};
    }
    const auto known = memo_.find({degree, depth});
    if (known != memo_.end()) {
      return known->second;
    }
    Choice best;
    for (std::size_t m = odd_ ? 2 : 1; m <= degree; ++m) {
      if (!basis_[m] || (odd_ && m % 2 == 1) || basis_depth(m) + 1 > depth) {
        continue;
      }
      const std::size_t factor = m == degree ? 0 : node_cost(degree - m, depth - 1);
      const Choice rest = sum(m - 1, depth);
      if (factor == kInfeasible || rest.switches == kInfeasible) {
        continue;
      }
      if (factor + rest.switches < best.switches) {
        best = {factor + rest.switches, m != degree || rest.has_product, m};
      }
    }
    memo_[{degree, depth}] = best;
    return best;
  }

  bool odd_;
  std::vector<bool> basis_;
  std::map<std::pair<std::size_t, std::size_t>, Choice> memo_;
};

/// The steps that make every T_k that the nodes use, in ascending order.
std::vector<BasisStep> basis_of(const std::vector<PolynomialNode>& nodes) {
  std::set<std::size_t> used;
  for (const PolynomialNode& node : nodes) {
    for (const PolynomialNode::Linear& term : node.linear) {
      used.insert(term.index);
    }
    for (const PolynomialNode::Product& term : node.products) {
      used.insert(term.index);
    }
  }
  std::vector<BasisStep> steps;
  while (!used.empty() && *used.rbegin() > 1) {
    const BasisStep step = basis_step(*used.rbegin());
    used.erase(step.index);
    used.insert({step.left, step.right, step.left - step.right});
    steps.push_back(step);
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

std::size_t count_switches(const std::vector<BasisStep>& basis,
                           const std::vector<PolynomialNode>& nodes) {
  const auto with_product =
      std::count_if(nodes.begin(), nodes.end(),
                    [](const PolynomialNode& node) { return !node.products.empty(); });
  return basis.size() + static_cast<std::size_t>(with_product);
}

void require_in_range(Scale scale) {
  if (!(scale.value >= 0x1p12 && scale.value <= 0x1p62)) {
    throw Error(
        ErrorCode::kScaleMismatch,
        "scales of a polynomial must stay in [2^12, 2^62]; argument and target must be near "
        "the primes: 2^" +
            std::to_string(scale.log2()));
  }
}

void require_constant_fits(double coefficient, Scale scale) {
  require_in_range(scale);
  if (!(std::abs(coefficient * scale.value) < 0x1p62)) {
    throw Error(ErrorCode::kScaleMismatch,
                "a scaled coefficient of a polynomial must be below 2^62: " +
                    std::to_string(coefficient) + " at 2^" + std::to_string(scale.log2()));
  }
}

}  // namespace

PolynomialPlan::PolynomialPlan(const ChebyshevSeries& series) {
  const std::size_t degree = series.degree();
  if (degree < 1 || degree > kMaxDegree) {
    throw Error(ErrorCode::kInvalidArgument,
                "the degree of a polynomial must be in [1, 127]: " + std::to_string(degree));
  }
  for (const double c : series.coefficients) {
    if (!std::isfinite(c)) {
      throw Error(ErrorCode::kInvalidArgument,
                  "coefficients of a polynomial must be finite: " + std::to_string(c));
    }
  }
  const auto depth = static_cast<std::size_t>(std::bit_width(degree));
  const bool odd = series.is_odd_up_to_constant();
  std::size_t best = std::numeric_limits<std::size_t>::max();
  for (std::size_t bound = 1; bound <= degree; ++bound) {
    std::vector<PolynomialNode> nodes;
    if (!Search(degree, odd, bound).build(series, depth, nodes)) {
      continue;
    }
    std::vector<BasisStep> basis = basis_of(nodes);
    const std::size_t switches = count_switches(basis, nodes);
    if (switches < best) {
      best = switches;
      basis_ = std::move(basis);
      nodes_ = std::move(nodes);
    }
  }
}

std::size_t PolynomialPlan::key_switches() const noexcept {
  return count_switches(basis_, nodes_);
}

std::size_t PolynomialPlan::lazy_key_switches() const noexcept {
  return key_switches() - (nodes_.back().products.empty() ? 0 : 1);
}

std::vector<std::size_t> PolynomialPlan::key_switch_depths() const {
  std::vector<std::size_t> depths;
  for (const BasisStep& step : basis_) {
    depths.push_back(step.depth - 1);
  }
  for (const PolynomialNode& node : nodes_) {
    if (!node.products.empty()) {
      depths.push_back(node.depth - 1);
    }
  }
  return depths;
}

double PolynomialPlan::evaluate(double y) const {
  std::vector<double> t(std::max<std::size_t>(2, basis_.empty() ? 0 : basis_.back().index + 1));
  t[0] = 1;
  t[1] = y;
  for (const BasisStep& step : basis_) {
    t[step.index] = 2 * t[step.left] * t[step.right] - t[step.left - step.right];
  }
  std::vector<double> values;
  values.reserve(nodes_.size());
  for (const PolynomialNode& node : nodes_) {
    double sum = 0;
    for (const PolynomialNode::Product& term : node.products) {
      sum += values[term.node] * t[term.index];
    }
    for (const PolynomialNode::Linear& term : node.linear) {
      sum += term.coefficient * t[term.index];
    }
    values.push_back(sum + node.constant);
  }
  return values.back();
}

PolynomialScales plan_scales(const ckks::Context& context, const PolynomialPlan& plan,
                             std::size_t level, Scale argument, Scale target) {
  if (level < plan.depth()) {
    throw Error(ErrorCode::kLevelExhausted, "a polynomial needs a level of at least " +
                                                std::to_string(plan.depth()) + ": " +
                                                std::to_string(level));
  }
  // The prime that rescaling to `depth` divides by.
  const auto divisor = [&](std::size_t depth) {
    return Scale{static_cast<double>(context.q(level - depth + 1))};
  };
  PolynomialScales scales;
  const std::size_t top = plan.basis().empty() ? 1 : plan.basis().back().index;
  scales.basis.assign(top + 1, Scale{0});
  scales.basis[1] = argument;
  require_in_range(argument);
  for (const BasisStep& step : plan.basis()) {
    const Scale product = scales.basis[step.left] * scales.basis[step.right];
    scales.basis[step.index] = product / divisor(step.depth);
    require_in_range(scales.basis[step.index]);
    if (step.left != step.right) {
      require_constant_fits(1, product / scales.basis[step.left - step.right]);
    }
  }
  scales.nodes.assign(plan.nodes().size(), Scale{0});
  scales.nodes.back() = target;
  for (std::size_t i = plan.nodes().size(); i-- > 0;) {
    require_in_range(scales.nodes[i]);
    const PolynomialNode& node = plan.nodes()[i];
    const Scale product = scales.nodes[i] * divisor(node.depth);
    for (const PolynomialNode::Product& term : node.products) {
      scales.nodes[term.node] = product / scales.basis[term.index];
    }
    for (const PolynomialNode::Linear& term : node.linear) {
      require_constant_fits(term.coefficient, product / scales.basis[term.index]);
    }
  }
  return scales;
}

}  // namespace blindfit::circuits
