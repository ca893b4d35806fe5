// SPDX-License-Identifier: Apache-2.0
// The activation of Loss::kSoftmax inside the training circuit: from the logits of one row pair to
// probabilities minus 1/K, refreshed on the way where the plan refreshes (note 0012).
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "blindfit/learn/masks.h"
#include "blindfit/learn/softmax_circuit.h"
#include "blindfit/learn/training_spec.h"

namespace blindfit::learn {

template <typename Machine>
class SoftmaxErrors {
 public:
  using Value = typename Machine::Value;
  using Values = std::vector<Value>;

  /// Both must outlive this.
  SoftmaxErrors(Machine& machine, const TrainingSpec& spec)
      : m_(machine), spec_(spec), circuit_(machine, *spec.softmax) {}

  /// P - 1/K in conjugate form, E_a - i E_b, from the logits z (z_a alone, or (z_a + i z_b) / 2) of
  /// all classes of a row pair in units of spec.logit_unit().
  Values operator()(const Values& z, std::size_t pair) {
    Parts parts = split(z, pair);
    for (std::size_t i = 0; i < circuit_.stages(); ++i) {
      if (spec_.refresh && i == softmax_refresh_stage(*spec_.softmax)) {
        refresh(i, parts);
      }
      parts.a = circuit_.stage(i, parts.a);
      if (!parts.b.empty()) {
        parts.b = circuit_.stage(i, parts.b);
      }
    }
    return join(parts);
  }

 private:
  /// Probabilities are refreshed as a quarter of p_a + i p_b, whose magnitude then stays below 1/2.
  static constexpr double kRefreshUnit = 4;

  struct Parts {
    Values a;
    Values b;  ///< empty if the pair has no second row tile
  };

  Parts split(const Values& z, std::size_t pair) {
    Parts parts;
    if (!spec_.tiling.paired()) {
      parts.a = z;
      return parts;
    }
    const bool second = spec_.tiling.has_second(pair);
    parts.a.resize(z.size());
    parts.b.resize(second ? z.size() : 0);
    m_.parallel_for(z.size(), [&](std::size_t k) {
      if (!second) {
        parts.a[k] = m_.add(z[k], z[k]);
        return;
      }
      const Value conjugate = m_.conjugate(z[k]);
      parts.a[k] = m_.add(z[k], conjugate);
      parts.b[k] = m_.times_i(m_.subtract(conjugate, z[k]));
    });
    return parts;
  }

  /// Under public signs, because all probabilities are positive and small message ratios need
  /// mixed ones (note 0008); the square that follows takes the signs away.
  void refresh(std::size_t stage, Parts& parts) {
    const std::size_t level =
        circuit_.depth(stage, circuit_.stages()) + gradient_depth(spec_.tiling);
    for (std::size_t k = 0; k < parts.a.size(); ++k) {
      const Value both = parts.b.empty() ? parts.a[k] : m_.add(parts.a[k], m_.times_i(parts.b[k]));
      const Value c = m_.drop(m_.refresh(under_signs(both), kRefreshUnit), level);
      const Value conjugate = m_.conjugate(c);
      parts.a[k] = at_full_scale(m_.add(c, conjugate));
      if (!parts.b.empty()) {
        parts.b[k] = at_full_scale(m_.times_i(m_.subtract(conjugate, c)));
      }
    }
  }

  Value under_signs(const Value& v) {
    typename Machine::Sum sum;
    m_.add_masked(sum, v, SignMask{}, m_.modulus(m_.level(v)));
    return m_.finish(std::move(sum));
  }

  /// From 2 v at a quarter of the spec's scale to v at the spec's scale: steps that square a scale
  /// would square what it lacks.
  Value at_full_scale(const Value& twice) {
    const Value v = m_.halve(twice);
    return m_.halve(m_.add(v, v));
  }

  Values join(const Parts& parts) {
    if (parts.b.empty()) {
      return parts.a;
    }
    Values out;
    for (std::size_t k = 0; k < parts.a.size(); ++k) {
      out.push_back(m_.subtract(parts.a[k], m_.times_i(parts.b[k])));
    }
    return out;
  }

  Machine& m_;
  const TrainingSpec& spec_;
  SoftmaxCircuit<Machine> circuit_;
};

}  // namespace blindfit::learn
