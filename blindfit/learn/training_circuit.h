// SPDX-License-Identifier: Apache-2.0
// The encrypted training step, written once and run by three machines: on ciphertexts
// (cipher_machine.h), on plain slot vectors (slot_machine.h) and on levels and scales alone
// (counting_machine.h, the planner). docs/notes/0005-training-circuit.md derives levels and costs.
//
// A Machine has a type Value (a ciphertext of degree 1) and a type Sum (an unrescaled sum of
// products), and these operations:
//
//   level(v), scale(v), modulus(level)   what v stands at; q_level as a double
//   drop(v, level)                       v at a lower level
//   add(a, b), subtract(a, b)
//   times_i(v), conjugate(v)
//   halve(v)                             exactly, by naming twice the scale
//   refresh(v, unit)                     the same slots, at most unit / 2, at the highest usable
//                                        level and 1/unit of the spec's scale
//   fold(v, stages)                      a sequence of sums of rotations
//   rotate(v, steps)
//   polynomial(v, plan)                  the plan's series of v, at the spec's scale
//   add_product(sum, a, b)
//   add_multiple(sum, v, c, scale)       a product with a constant encoded at `scale`
//   add_masked(sum, v, mask, scale)      a product with a public mask (masks.h) encoded at `scale`
//   activate(sum, y)                     sum += odd(y), y = z / radius; its scale, rescaled, is the
//                                        spec's error_scale
//   add_sum(sum, sum), times_minus_i(sum)
//   finish(sum)                          relinearize if needed, then rescale: a Value
//   parallel_for(count, task)
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "blindfit/circuits/polynomial_plan.h"
#include "blindfit/learn/forward_pass.h"
#include "blindfit/learn/gradient_pass.h"
#include "blindfit/learn/softmax_errors.h"
#include "blindfit/learn/training_spec.h"

namespace blindfit::learn {

/// The domain extension's steps y - (4/27) (U / R_k)^2 y^3 for y in units of U, the whole domain;
/// the last one also changes the unit to the activation's radius.
std::vector<circuits::PolynomialPlan> extension_plans(const Activation& activation);

/// What passes from one iteration to the next, packed. Without refreshes the recursion's V and W;
/// with them V + i V_before, as it is refreshed, from which W = (1 - eta) V + eta V_before follows
/// where it is needed, at no level.
template <typename Value>
struct TrainingState {
  std::optional<Value> v;
  std::optional<Value> w;
  std::optional<Value> both;
};

template <typename Machine>
class TrainingCircuit {
 public:
  using Value = typename Machine::Value;
  using Sum = typename Machine::Sum;

  /// Both must outlive the circuit.
  TrainingCircuit(Machine& machine, const TrainingSpec& spec)
      : m_(machine),
        spec_(spec),
        forward_(machine, spec.tiling, spec.scale),
        gradient_(machine, spec),
        extensions_(extension_plans(spec.activation)) {}

  /// B (Y - label_offset)^T X of every batch in the packed layout: as it was uploaded, or from
  /// encrypted labels standing at any level above gradient_depth, which consumes a level more than
  /// that.
  std::vector<Value> label_products(const TrainingInputs<Value>& in) {
    std::vector<Value> products = in.label_products;
    for (std::size_t batch = products.size(); batch < spec_.batches; ++batch) {
      products.push_back(label_product(in, spec_.pairs_of(batch)));
    }
    return products;
  }

  /// One iteration: the state at V_t, W_t becomes that at V_(t+1), W_(t+1). Without refreshes, the
  /// last one computes only W. `label_products` has one a batch.
  void step(const TrainingInputs<Value>& in, const std::vector<Value>& label_products,
            std::size_t t, TrainingState<Value>& state) {
    const Value& label_product = label_products[spec_.batch_of(t)];
    if (spec_.refresh) {
      state.both = refreshed_step(in, label_product, t, state.both);
    } else {
      levelled_step(in, label_product, t, state);
    }
  }

  /// W after t iterations, at least one, at inference_depth. A refresh that this takes stays in
  /// `state`, where the next step finds it; without refreshes W must stand there already, for which
  /// TrainingSpec::inference provides.
  Value weights(TrainingState<Value>& state, std::size_t t) {
    const std::size_t level = inference_depth(spec_.tiling);
    if (!spec_.refresh) {
      return m_.drop(*state.w, level);
    }
    state.both = raised(*state.both);
    const Points now = points(m_.drop(*state.both, level + 1));
    const double eta = spec_.steps[t - 1].eta;
    return combine({{&*now.v, 1 - eta}, {&*now.before, eta}}, std::nullopt);
  }

 private:
  using Tiles = typename GradientPass<Machine>::Tiles;
  using Errors = typename GradientPass<Machine>::Errors;
  using Terms = std::vector<std::pair<const Value*, double>>;

  Value label_product(const TrainingInputs<Value>& in, matrix::PairRange pairs) {
    const auto& tiling = spec_.tiling;
    const auto errors = [&](matrix::PairRange block, Tiles) {
      Errors classes(block.size() * tiling.classes);
      m_.parallel_for(classes.size(), [&](std::size_t n) {
        const Value masked =
            mask_class(in.labels[block.first + n / tiling.classes], n % tiling.classes);
        classes[n] =
            m_.fold(masked, matrix::fold_stages(matrix::label_period(tiling), tiling.tile.rows));
      });
      return classes;
    };
    return gradient_.project(in, pairs, errors, 1.0);
  }

  void levelled_step(const TrainingInputs<Value>& in, const Value& label_product, std::size_t t,
                     TrainingState<Value>& state) {
    const OptimizerStep c = spec_.steps[t];
    const bool last = t + 1 == spec_.iterations();
    // The last iteration computes W' = (1 - eta) ((1 - decay) W + rate G) + eta V at once, which
    // saves its extra level.
    const double keep = last ? 1 - c.eta : 1;
    std::optional<Value> probabilities;
    if (state.v) {
      probabilities = project_errors(in, *state.v, t, keep * spec_.rate(t));
    }
    Terms terms = {{&label_product, keep * spec_.rate(t)}};
    if (state.w) {
      terms.emplace_back(&*state.w, keep * (1 - c.decay));
    }
    if (last && state.v && c.eta != 0) {
      terms.emplace_back(&*state.v, c.eta);
    }
    std::optional<std::size_t> level;
    if (probabilities) {
      level = m_.level(*probabilities);
    }
    Value next = combine(terms, level);
    if (probabilities) {
      next = m_.subtract(next, *probabilities);
    }
    if (last) {
      state.w = std::move(next);
      return;
    }
    if (c.eta == 0) {
      state.w = next;
    } else {
      Terms mix = {{&next, 1 - c.eta}};
      if (state.v) {
        mix.emplace_back(&*state.v, c.eta);
      }
      state.w = combine(mix, std::nullopt);
    }
    state.v = std::move(next);
  }

  /// V + i V_before with the levels of an iteration at least.
  Value raised(const Value& both) {
    return m_.level(both) >= iteration_depth(spec_) ? both
                                                    : m_.refresh(both, spec_.refresh->unit());
  }

  /// V and the V before it, at the level of their sum.
  struct Points {
    std::optional<Value> v;
    std::optional<Value> before;
  };
  Points points(const Value& both) {
    const Value conjugate = m_.conjugate(both);
    return {m_.halve(m_.add(both, conjugate)), m_.halve(m_.times_i(m_.subtract(conjugate, both)))};
  }

  /// From V + i V_before (at first: nothing, or the start as V and W) to V' + i V.
  Value refreshed_step(const TrainingInputs<Value>& in, const Value& label_product, std::size_t t,
                       const std::optional<Value>& both) {
    const double rate = spec_.rate(t);
    const double keep = 1 - spec_.steps[t].decay;
    const Points now = both ? points(m_.drop(raised(*both), iteration_depth(spec_)))
                            : Points{in.start, std::nullopt};
    Terms terms = {{&label_product, rate}};
    if (!now.v) {
      return combine(terms, std::nullopt);
    }
    const double eta = now.before ? spec_.steps[t - 1].eta : 0;
    terms.emplace_back(&*now.v, keep * (1 - eta));
    if (eta != 0) {
      terms.emplace_back(&*now.before, keep * eta);
    }
    const Value probabilities = project_errors(in, *now.v, t, rate);
    const std::size_t level = m_.level(probabilities);
    const Value next = m_.subtract(combine(terms, level), probabilities);
    return m_.add(next, m_.times_i(combine({{&*now.v, 1.0}}, level)));
  }

  Value mask_class(const Value& labels, std::size_t k) {
    Sum sum;
    m_.add_masked(sum, labels, LabelMask{k, 1.0},
                  factor_scale(m_, spec_.error_scale(), m_.scale(labels), m_.level(labels)));
    return m_.finish(std::move(sum));
  }

  /// sum of coefficient * value at `level` (by default one below the lowest term) and the spec's
  /// scale.
  Value combine(const Terms& terms, std::optional<std::size_t> level) {
    std::size_t from = m_.level(*terms.front().first);
    for (const auto& term : terms) {
      from = std::min(from, m_.level(*term.first));
    }
    if (level) {
      from = std::min(from, *level + 1);
    }
    Sum sum;
    for (const auto& [value, coefficient] : terms) {
      m_.add_multiple(sum, m_.drop(*value, from), coefficient,
                      factor_scale(m_, spec_.scale, m_.scale(*value), from));
    }
    return m_.finish(std::move(sum));
  }

  /// coefficient * B * Re(E^T X) of iteration t's batch, packed, where E = P - label_offset at the
  /// packed weights.
  Value project_errors(const TrainingInputs<Value>& in, const Value& packed, std::size_t t,
                       double coefficient) {
    const matrix::PairRange pairs = spec_.pairs_of(spec_.batch_of(t));
    auto lanes = forward_.spread(packed, 1 / spec_.logit_unit());
    const auto errors = [&](matrix::PairRange block, Tiles tiles) {
      Errors out = spec_.loss == Loss::kSoftmax ? row_errors(block, tiles, lanes)
                                                : class_errors(block, tiles, lanes);
      if (block.last == pairs.last) {
        lanes.clear();  // gigabytes that the gradient needs
      }
      return out;
    };
    return gradient_.project(in, pairs, errors, coefficient);
  }

  /// E of a block where the classes of a row belong together.
  Errors row_errors(matrix::PairRange block, Tiles tiles,
                    const typename ForwardPass<Machine>::Lanes& lanes) {
    const std::size_t width = spec_.tiling.feature_tiles();
    SoftmaxErrors<Machine> softmax(m_, spec_);
    Errors out;
    for (std::size_t p = 0; p < block.size(); ++p) {
      std::vector<Value> z(spec_.tiling.classes);
      m_.parallel_for(z.size(), [&](std::size_t k) {
        z[k] = forward_.logits(tiles.subspan(p * width, width), lanes, k);
      });
      for (Value& error : softmax(z, block.first + p)) {
        out.emplace_back(std::move(error));
      }
    }
    return out;
  }

  /// E of a block, class by class, replicated over features.
  Errors class_errors(matrix::PairRange block, Tiles tiles,
                      const typename ForwardPass<Machine>::Lanes& lanes) {
    const auto& tiling = spec_.tiling;
    const std::size_t width = tiling.feature_tiles();
    Errors out(block.size() * tiling.classes);
    m_.parallel_for(out.size(), [&](std::size_t n) {
      const std::size_t p = n / tiling.classes;
      const Value z = forward_.logits(tiles.subspan(p * width, width), lanes, n % tiling.classes);
      out[n] = spec_.loss == Loss::kMse ? conjugate_form(z, block.first + p)
                                        : activate(z, block.first + p);
    });
    return out;
  }

  /// z_a - i z_b from z_a alone or (z_a + i z_b) / 2.
  Value conjugate_form(const Value& z, std::size_t pair) {
    if (!spec_.tiling.paired()) {
      return z;
    }
    const Value half = spec_.tiling.has_second(pair) ? m_.conjugate(z) : z;
    return m_.add(half, half);
  }

  /// From z (z_a alone, or (z_a + i z_b) / 2) to the conjugate form of its activation.
  Value activate(const Value& z, std::size_t pair) {
    Sum sum;
    if (!spec_.tiling.paired()) {
      m_.activate(sum, extend(z));
    } else if (!spec_.tiling.has_second(pair)) {
      m_.activate(sum, extend(m_.add(z, z)));
    } else {
      const Value conjugate = m_.conjugate(z);
      // z - conj(z) = i z_b and odd(i-free z_b) is wanted times -i: z_b = -i (z - conj z) = i (conj
      // z - z).
      m_.activate(sum, extend(m_.times_i(m_.subtract(conjugate, z))));
      m_.times_minus_i(sum);
      Sum real;
      m_.activate(real, extend(m_.add(z, conjugate)));
      m_.add_sum(sum, std::move(real));
    }
    return m_.finish(std::move(sum));
  }

  /// From a logit in units of the whole domain to one in units of the activation's radius.
  Value extend(Value y) {
    for (const circuits::PolynomialPlan& plan : extensions_) {
      y = m_.polynomial(y, plan);
    }
    return y;
  }

  Machine& m_;
  const TrainingSpec& spec_;
  ForwardPass<Machine> forward_;
  GradientPass<Machine> gradient_;
  std::vector<circuits::PolynomialPlan> extensions_;
};

}  // namespace blindfit::learn
