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
//   refresh(v)                           the same slots at the highest usable level
//   fold(v, stages)                      a sequence of sums of rotations
//   polynomial(v, plan)                  the plan's series of v, at the spec's scale
//   add_product(sum, a, b)
//   add_multiple(sum, v, c, scale)       a product with a constant encoded at `scale`
//   add_masked(sum, v, mask, scale)      a product with a public mask encoded at `scale`; masks of
//                                        lanes carry slot_signs
//   activate(sum, y)                     sum += odd(y), y = z / radius; its scale, rescaled, is the
//                                        spec's error_scale
//   add_sum(sum, sum), times_minus_i(sum)
//   finish(sum)                          relinearize if needed, then rescale: a Value
//   parallel_for(count, task)
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "blindfit/circuits/polynomial_plan.h"
#include "blindfit/learn/training_spec.h"
#include "blindfit/matrix/fold.h"
#include "blindfit/matrix/packing.h"

namespace blindfit::learn {

/// `value` at one lane of every feature block, or at the feature blocks of one class.
struct LaneMask {
  std::size_t lane = 0;
  double value = 1;
};
struct LabelMask {
  std::size_t k = 0;
  double value = 1;
};

/// The domain extension's steps y - (4/27) (U / R_k)^2 y^3 for y in units of U, the whole domain;
/// the last one also changes the unit to the activation's radius.
std::vector<circuits::PolynomialPlan> extension_plans(const Activation& activation);

/// What the owner uploads. Unused entries are empty.
template <typename Value>
struct TrainingInputs {
  std::vector<Value> data;              ///< tile (p, t) at p * feature_tiles + t
  std::vector<Value> labels;            ///< one per pair, conjugate form, Y - 1/2
  std::optional<Value> label_product;   ///< B (Y - 1/2)^T X, packed
  std::optional<Value> preconditioner;  ///< B, packed
  std::optional<Value> start;           ///< W_0, packed
};

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

  TrainingCircuit(Machine& machine, const TrainingSpec& spec)
      : m_(machine), spec_(spec), extensions_(extension_plans(spec.activation)) {}

  /// Levels that separate V from the gradient computed at V: expand 1, product 1, activation,
  /// product 1, pack 1.
  [[nodiscard]] static std::size_t depth(const TrainingSpec& spec) {
    return 4 + static_cast<std::size_t>(spec.activation.depth());
  }

  /// B (Y - 1/2)^T X in the packed layout, from encrypted labels standing at any level >= 3.
  /// Consumes three levels.
  Value label_product(const TrainingInputs<Value>& in) {
    const auto& tiling = spec_.tiling;
    std::vector<std::optional<Value>> classes(tiling.row_pairs() * tiling.classes);
    m_.parallel_for(classes.size(), [&](std::size_t n) {
      const std::size_t p = n / tiling.classes;
      const Value masked = mask_class(in.labels[p], n % tiling.classes);
      classes[n] =
          m_.fold(masked, matrix::fold_stages(matrix::label_period(tiling), tiling.tile.rows));
    });
    return project(in, classes, 1.0);
  }

  /// One iteration: the state at V_t, W_t becomes that at V_(t+1), W_(t+1). Without refreshes, the
  /// last one computes only W.
  void step(const TrainingInputs<Value>& in, const Value& label_product, std::size_t t,
            TrainingState<Value>& state) {
    if (spec_.refresh) {
      state.both = refreshed_step(in, label_product, t, state.both);
    } else {
      levelled_step(in, label_product, t, state);
    }
  }

 private:
  void levelled_step(const TrainingInputs<Value>& in, const Value& label_product, std::size_t t,
                     TrainingState<Value>& state) {
    const OptimizerStep c = spec_.steps[t];
    const bool last = t + 1 == spec_.iterations();
    // The last iteration computes W' = (1 - eta) W + eta V + (1 - eta) rate G at once, which saves
    // its extra level.
    const double keep = last ? 1 - c.eta : 1;
    std::optional<Value> probabilities;
    if (state.v) {
      probabilities = project(in, odd_probabilities(in, *state.v), keep * c.rate);
    }
    std::vector<std::pair<const Value*, double>> terms = {{&label_product, keep * c.rate}};
    if (state.w) {
      terms.emplace_back(&*state.w, keep);
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
      std::vector<std::pair<const Value*, double>> mix = {{&next, 1 - c.eta}};
      if (state.v) {
        mix.emplace_back(&*state.v, c.eta);
      }
      state.w = combine(mix, std::nullopt);
    }
    state.v = std::move(next);
  }

  /// V and the V before it, at the level of an iteration's start.
  struct Points {
    std::optional<Value> v;
    std::optional<Value> before;
  };
  Points points(const Value& both) {
    const std::size_t level = depth(spec_);
    const Value z = m_.drop(m_.level(both) >= level ? both : m_.refresh(both), level);
    const Value conjugate = m_.conjugate(z);
    return {m_.halve(m_.add(z, conjugate)), m_.halve(m_.times_i(m_.subtract(conjugate, z)))};
  }

  /// From V + i V_before (at first: nothing, or the start as V and W) to V' + i V.
  Value refreshed_step(const TrainingInputs<Value>& in, const Value& label_product, std::size_t t,
                       const std::optional<Value>& both) {
    const double rate = spec_.steps[t].rate;
    const Points now = both ? points(*both) : Points{in.start, std::nullopt};
    std::vector<std::pair<const Value*, double>> terms = {{&label_product, rate}};
    if (!now.v) {
      return combine(terms, std::nullopt);
    }
    const double eta = now.before ? spec_.steps[t - 1].eta : 0;
    terms.emplace_back(&*now.v, 1 - eta);
    if (eta != 0) {
      terms.emplace_back(&*now.before, eta);
    }
    const Value probabilities = project(in, odd_probabilities(in, *now.v), rate);
    const std::size_t level = m_.level(probabilities);
    const Value next = m_.subtract(combine(terms, level), probabilities);
    return m_.add(next, m_.times_i(combine({{&*now.v, 1.0}}, level)));
  }

  /// The scale that a factor of something at scale `other` needs for their product, rescaled at
  /// `level`, to have `target`.
  [[nodiscard]] double factor_scale(double target, double other, std::size_t level) const {
    return target * m_.modulus(level) / other;
  }

  Value mask_class(const Value& labels, std::size_t k) {
    Sum sum;
    m_.add_masked(sum, labels, LabelMask{k, 1.0},
                  factor_scale(spec_.error_scale(), m_.scale(labels), m_.level(labels)));
    return m_.finish(std::move(sum));
  }

  /// sum of coefficient * value at `level` (by default one below the lowest term) and the spec's
  /// scale.
  Value combine(const std::vector<std::pair<const Value*, double>>& terms,
                std::optional<std::size_t> level) {
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
                      factor_scale(spec_.scale, m_.scale(*value), from));
    }
    return m_.finish(std::move(sum));
  }

  /// Every lane of the packed weights, spread over the rows of its blocks; halved where logits come
  /// in pairs.
  std::vector<std::optional<Value>> spread(const Value& packed) {
    const auto& tiling = spec_.tiling;
    const double value = (tiling.paired() ? 0.5 : 1.0) / spec_.activation.domain();
    std::vector<std::optional<Value>> lanes(tiling.lanes());
    m_.parallel_for(lanes.size(), [&](std::size_t lane) {
      Sum sum;
      m_.add_masked(sum, packed, LaneMask{lane, value},
                    factor_scale(spec_.scale, m_.scale(packed), m_.level(packed)));
      lanes[lane] =
          m_.fold(m_.finish(std::move(sum)), matrix::spread_from_lane(tiling.tile.rows, lane));
    });
    return lanes;
  }

  /// odd(Z) in conjugate form, odd(Z_a) - i odd(Z_b), for every pair and class, replicated over
  /// features.
  std::vector<std::optional<Value>> odd_probabilities(const TrainingInputs<Value>& in,
                                                      const Value& packed) {
    const auto& tiling = spec_.tiling;
    const std::vector<std::optional<Value>> lanes = spread(packed);
    std::vector<std::optional<Value>> out(tiling.row_pairs() * tiling.classes);
    m_.parallel_for(out.size(), [&](std::size_t n) {
      const std::size_t p = n / tiling.classes;
      const std::size_t k = n % tiling.classes;
      Sum products;
      for (std::size_t t = 0; t < tiling.feature_tiles(); ++t) {
        m_.add_product(products, in.data[p * tiling.feature_tiles() + t],
                       *lanes[tiling.lane(k, t)]);
      }
      const Value z = m_.fold(m_.finish(std::move(products)),
                              matrix::fold_stages(tiling.tile.features, tiling.tile.rows));
      out[n] = activate(z, p);
    });
    return out;
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

  /// coefficient * B * Re(E^T X), packed, where `errors` holds E in conjugate form for every pair
  /// and class.
  Value project(const TrainingInputs<Value>& in, const std::vector<std::optional<Value>>& errors,
                double coefficient) {
    const auto& tiling = spec_.tiling;
    // Re x = (x + conj x) / 2: the half goes into the masks.
    const double value = tiling.paired() ? coefficient / 2 : coefficient;
    std::vector<Sum> lanes(tiling.lanes());
    m_.parallel_for(lanes.size(), [&](std::size_t lane) {
      const std::size_t k = lane / tiling.feature_tiles();
      const std::size_t t = lane % tiling.feature_tiles();
      Sum products;
      for (std::size_t p = 0; p < tiling.row_pairs(); ++p) {
        m_.add_product(products, in.data[p * tiling.feature_tiles() + t],
                       *errors[p * tiling.classes + k]);
      }
      const Value folded =
          m_.fold(m_.finish(std::move(products)), matrix::fold_to_lane(tiling.tile.rows, lane));
      lanes[lane] = masked(in, folded, LaneMask{lane, value});
    });
    Sum total;
    for (Sum& lane : lanes) {
      m_.add_sum(total, std::move(lane));
    }
    const Value packed = m_.finish(std::move(total));
    return tiling.paired() ? m_.add(packed, m_.conjugate(packed)) : packed;
  }

  /// `folded` times the mask, and times B where it is encrypted; unrescaled, at the spec's scale
  /// once rescaled.
  Sum masked(const TrainingInputs<Value>& in, const Value& folded, LaneMask mask) {
    const std::size_t level = m_.level(folded);
    const double scale = factor_scale(spec_.scale, m_.scale(folded), level);
    Sum sum;
    if (!in.preconditioner) {
      m_.add_masked(sum, folded, mask, scale);
      return sum;
    }
    const Value dropped = m_.drop(*in.preconditioner, level + 1);
    Sum lane;
    m_.add_masked(lane, dropped, mask, factor_scale(scale, m_.scale(dropped), level + 1));
    m_.add_product(sum, m_.finish(std::move(lane)), folded);
    return sum;
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
  std::vector<circuits::PolynomialPlan> extensions_;
};

}  // namespace blindfit::learn
