// SPDX-License-Identifier: Apache-2.0
#include "blindfit/circuits/polynomial.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace blindfit::circuits {
namespace {

using ckks::Ciphertext;
using ckks::Context;
using ckks::EvaluationKeys;
using ckks::Scale;

void relinearize_and_rescale(const Context& context, const EvaluationKeys& keys, Scale target,
                             Ciphertext& ct) {
  ckks::relinearize_and_rescale(context, keys, ct);
  ct.scale = target;  // equal up to the rounding of a product and a quotient
}

/// Holds T_k and finished nodes during one evaluation.
class Evaluation {
 public:
  Evaluation(const Context& context, const EvaluationKeys& keys, const PolynomialPlan& plan,
             const Ciphertext& y, Scale target)
      : context_(context),
        keys_(keys),
        plan_(plan),
        argument_(y),
        scales_(plan_scales(context, plan, y.level(), y.scale, target)),
        basis_(scales_.basis.size()),
        nodes_(plan.nodes().size()) {}

  Ciphertext run() {
    require_key();
    for (const BasisStep& step : plan_.basis()) {
      compute(step);
    }
    for (std::size_t i = 0; i + 1 < nodes_.size(); ++i) {
      nodes_[i] = sum(i);
      relinearize_and_rescale(context_, keys_, scales_.nodes[i], nodes_[i]);
    }
    return sum(nodes_.size() - 1);
  }

 private:
  /// Fails before any work is done.
  void require_key() const {
    if (plan_.lazy_key_switches() > 0) {
      const std::vector<std::size_t> depths = plan_.key_switch_depths();
      static_cast<void>(keys_.relinearization(argument_.level() -
                                              *std::min_element(depths.begin(), depths.end())));
    }
  }

  [[nodiscard]] const Ciphertext& basis(std::size_t index) const {
    return index == 1 ? argument_ : basis_[index];
  }

  void compute(const BasisStep& step) {
    Ciphertext t = ckks::multiply(context_, basis(step.left), basis(step.right));
    ckks::add(context_, t, t, t);
    if (step.left == step.right) {
      ckks::add_constant(context_, -1, t);
    } else {
      const Ciphertext& lower = basis(step.left - step.right);
      ckks::multiply_constant_add(context_, lower, -1, t.scale / lower.scale, t);
    }
    relinearize_and_rescale(context_, keys_, scales_.basis[step.index], t);
    basis_[step.index] = std::move(t);
  }

  /// The sum of node i at the level of its products, before relinearization and rescaling.
  [[nodiscard]] Ciphertext sum(std::size_t i) const {
    const PolynomialNode& node = plan_.nodes()[i];
    const std::size_t level = argument_.level() - node.depth + 1;
    const Scale scale = scales_.nodes[i] * Scale{static_cast<double>(context_.q(level))};
    Ciphertext total = ckks::zero_ciphertext(context_, level, scale);
    for (const PolynomialNode::Product& term : node.products) {
      ckks::multiply_add(context_, nodes_[term.node], basis(term.index), total);
    }
    for (const PolynomialNode::Linear& term : node.linear) {
      const Ciphertext& t = basis(term.index);
      ckks::multiply_constant_add(context_, t, term.coefficient, scale / t.scale, total);
    }
    ckks::add_constant(context_, node.constant, total);
    return total;
  }

  const Context& context_;
  const EvaluationKeys& keys_;
  const PolynomialPlan& plan_;
  const Ciphertext& argument_;
  PolynomialScales scales_;
  std::vector<Ciphertext> basis_;
  std::vector<Ciphertext> nodes_;
};

}  // namespace

Ciphertext evaluate_lazy(const Context& context, const EvaluationKeys& keys,
                         const PolynomialPlan& plan, const Ciphertext& y, Scale target) {
  if (y.degree() != 1) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "the argument of a polynomial must be relinearized to degree 1: " +
                          std::to_string(y.degree()));
  }
  return Evaluation(context, keys, plan, y, target).run();
}

Ciphertext evaluate(const Context& context, const EvaluationKeys& keys, const PolynomialPlan& plan,
                    const Ciphertext& y, Scale target) {
  Ciphertext result = evaluate_lazy(context, keys, plan, y, target);
  relinearize_and_rescale(context, keys, target, result);
  return result;
}

}  // namespace blindfit::circuits
