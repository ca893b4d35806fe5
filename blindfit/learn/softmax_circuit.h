// SPDX-License-Identifier: Apache-2.0
// Softmax of encrypted logits, over any machine of training_circuit.h: one value per class, the
// slots are rows. docs/notes/0012-softmax.md.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "blindfit/circuits/polynomial_plan.h"
#include "blindfit/learn/softmax.h"

namespace blindfit::learn {

/// Evaluates in stages: stage 0 is the front, stage i is step i - 1, one level each. Sums over
/// classes are additions; nothing is rotated and no constant costs a level.
///
/// Between stages all K values are real, stand at one level and scale, and may be replaced by
/// refreshed ones of another level and scale. After stage 0 they are in [front_low, front_high],
/// after stage i in [0, steps[i - 1].high], at most about 1; after a contraction their sum is at
/// least steps[i - 1].low, so that is where a refresh loses least. Inside the last stage values
/// reach sqrt(K).
template <typename Machine>
class SoftmaxCircuit {
 public:
  using Value = typename Machine::Value;
  using Sum = typename Machine::Sum;
  using Values = std::vector<Value>;

  /// Both must outlive the circuit.
  SoftmaxCircuit(Machine& machine, const SoftmaxApproximation& softmax)
      : m_(machine), softmax_(softmax), front_(softmax.front) {}

  [[nodiscard]] std::size_t stages() const noexcept { return softmax_.steps.size() + 1; }
  /// Levels of the stages first, ..., last - 1.
  [[nodiscard]] std::size_t depth(std::size_t first, std::size_t last) const noexcept {
    return first >= last ? 0 : last - first - 1 + (first == 0 ? front_.depth() : 1);
  }
  /// Key switches of everything: K each for the front's and one for every step.
  [[nodiscard]] std::size_t key_switches() const noexcept {
    return softmax_.spec.classes * (front_.key_switches() + softmax_.steps.size());
  }

  /// Probabilities minus 1/K from logits in units of softmax.unit(), which stand at one level and
  /// at the spec's scale. Before each stage i >= 1, `between(i, values)` may refresh all values.
  ///
  /// Out: depth(0, stages()) levels below, without refreshes, at a scale that follows from the
  /// primes (squared at each step, so that their deviations from the scale double each time): read
  /// it from the values. Throws Error{kInvalidArgument} unless there are K values, and as the
  /// machine.
  template <typename Between>
  Values evaluate(Values values, Between between) {
    for (std::size_t i = 0; i < stages(); ++i) {
      if (i != 0) {
        between(i, values);
      }
      values = stage(i, values);
    }
    return values;
  }
  Values evaluate(Values values) {
    return evaluate(std::move(values), [](std::size_t, Values&) {});
  }

  /// One stage.
  Values stage(std::size_t index, const Values& values) {
    if (values.size() != softmax_.spec.classes) {
      throw base::Error(base::ErrorCode::kInvalidArgument,
                        "a softmax takes " + std::to_string(softmax_.spec.classes) +
                            " values: " + std::to_string(values.size()));
    }
    if (index == 0) {
      return front(values);
    }
    const SoftmaxStep& step = softmax_.steps.at(index - 1);
    switch (step.kind) {
      case SoftmaxStep::Kind::kSquare:
        return square(values);
      case SoftmaxStep::Kind::kContract:
        return times_distance(values, sum_of(values), step);
      case SoftmaxStep::Kind::kCentre:
        break;
    }
    const Value sum = sum_of(values);
    return times_distance(centred(values, sum), sum, step);
  }

 private:
  Values front(const Values& logits) {
    const Values t = centred(logits, sum_of(logits));
    Values out(t.size());
    m_.parallel_for(t.size(), [&](std::size_t k) { out[k] = m_.polynomial(t[k], front_); });
    return out;
  }

  Values square(const Values& p) {
    Values out(p.size());
    m_.parallel_for(p.size(), [&](std::size_t k) {
      Sum sum;
      m_.add_product(sum, p[k], p[k]);
      out[k] = m_.finish(std::move(sum));
    });
    return out;
  }

  /// gain v (shift - sum).
  Values times_distance(const Values& v, const Value& sum, const SoftmaxStep& step) {
    const Value negative = m_.subtract(sum, multiple(sum, step.gain + 1));
    const double constant = static_cast<double>(step.gain) * step.shift;
    Values out(v.size());
    m_.parallel_for(v.size(), [&](std::size_t k) {
      Sum product;
      m_.add_product(product, v[k], negative);
      m_.add_multiple(product, v[k], constant, m_.scale(negative));
      out[k] = m_.finish(std::move(product));
    });
    return out;
  }

  /// K v_k - sum.
  Values centred(const Values& v, const Value& sum) {
    Values out(v.size());
    m_.parallel_for(v.size(), [&](std::size_t k) {
      out[k] = m_.subtract(multiple(v[k], softmax_.spec.classes), sum);
    });
    return out;
  }

  Value sum_of(const Values& values) {
    Value sum = values.front();
    for (std::size_t k = 1; k < values.size(); ++k) {
      sum = m_.add(sum, values[k]);
    }
    return sum;
  }

  /// n v, n >= 1, by doubling: no constant to encode, no level.
  Value multiple(const Value& v, std::size_t n) {
    if (n == 1) {
      return v;
    }
    const Value half = multiple(v, n / 2);
    const Value twice = m_.add(half, half);
    return n % 2 == 0 ? twice : m_.add(twice, v);
  }

  Machine& m_;
  const SoftmaxApproximation& softmax_;
  circuits::PolynomialPlan front_;
};

}  // namespace blindfit::learn
