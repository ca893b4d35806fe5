// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/slot_machine.h"

#include "blindfit/matrix/logit_packing.h"

namespace blindfit::learn {
namespace {

using Value = SlotMachine::Value;

/// Applies `operation` slot by slot.
template <typename Operation>
Value map(const Value& a, const Value& b, Operation operation) {
  Value out(a.size());
  for (std::size_t s = 0; s < a.size(); ++s) {
    out[s] = operation(a[s], b[s]);
  }
  return out;
}

void accumulate(Value& sum, Value term) {
  sum = sum.empty() ? std::move(term) : SlotMachine::add(sum, term);
}

Value times(const Value& v, std::span<const double> mask) {
  Value out(v.size());
  for (std::size_t s = 0; s < v.size(); ++s) {
    out[s] = v[s] * mask[s];
  }
  return out;
}

}  // namespace

Value SlotMachine::add(const Value& a, const Value& b) {
  return map(a, b, [](auto x, auto y) { return x + y; });
}

Value SlotMachine::subtract(const Value& a, const Value& b) {
  return map(a, b, [](auto x, auto y) { return x - y; });
}

Value SlotMachine::times_i(const Value& v) {
  return map(v, v, [](auto x, auto) { return std::complex<double>(-x.imag(), x.real()); });
}

Value SlotMachine::halve(const Value& v) {
  return map(v, v, [](auto x, auto) { return 0.5 * x; });
}

Value SlotMachine::conjugate(const Value& v) {
  return map(v, v, [](auto x, auto) { return std::conj(x); });
}

void SlotMachine::add_product(Sum& sum, const Value& a, const Value& b) {
  accumulate(sum, map(a, b, [](auto x, auto y) { return x * y; }));
}

void SlotMachine::add_multiple(Sum& sum, const Value& v, double c, double) {
  accumulate(sum, map(v, v, [c](auto x, auto) { return x * c; }));
}

void SlotMachine::add_masked(Sum& sum, const Value& v, const BundleMask& mask, double) const {
  std::vector<double> slots = matrix::bundle_mask(spec_.tiling, mask.bundle, mask.value);
  matrix::multiply_slots(signs_, slots);
  accumulate(sum, times(v, slots));
}

void SlotMachine::add_masked(Sum& sum, const Value& v, const LabelMask& mask, double) const {
  accumulate(sum, times(v, matrix::label_mask(spec_.tiling, mask.k, mask.value)));
}

void SlotMachine::add_masked(Sum& sum, const Value& v, const PartMask& mask, double) const {
  accumulate(sum, times(v, matrix::part_mask(spec_.tiling.tile, mask.range)));
}

void SlotMachine::add_masked(Sum& sum, const Value& v, const BlockMask& mask, double) const {
  accumulate(sum, times(v, matrix::block_mask(spec_.tiling.tile, mask.block, mask.value)));
}

void SlotMachine::add_masked(Sum& sum, const Value& v, const PlainMask& mask, double) const {
  accumulate(sum, times(v, mask.slots));
}

void SlotMachine::add_masked(Sum& sum, const Value& v, SignMask, double) const {
  accumulate(sum, times(v, signs_));
}

void SlotMachine::add_sum(Sum& sum, const Sum& other) {
  if (!other.empty()) {
    accumulate(sum, other);
  }
}

void SlotMachine::times_minus_i(Sum& sum) {
  for (auto& x : sum) {
    x = {x.imag(), -x.real()};
  }
}

Value SlotMachine::rotate(const Value& v, ckks::Steps steps) {
  const auto n = static_cast<std::int64_t>(v.size());
  const std::int64_t shift = (steps.value % n + n) % n;
  Value out(v.size());
  for (std::int64_t s = 0; s < n; ++s) {
    out[static_cast<std::size_t>(s)] = v[static_cast<std::size_t>((s + shift) % n)];
  }
  return out;
}

Value SlotMachine::fold(const Value& v, const std::vector<matrix::FoldStage>& stages) {
  Value out = v;
  for (const matrix::FoldStage& stage : stages) {
    Value sum;
    for (const ckks::Steps s : stage) {
      accumulate(sum, rotate(out, s));
    }
    out = std::move(sum);
  }
  return out;
}

Value SlotMachine::polynomial(const Value& v, const circuits::PolynomialPlan& plan) {
  return map(v, v, [&plan](auto x, auto) { return std::complex<double>(plan.evaluate(x.real())); });
}

void SlotMachine::activate(Sum& sum, const Value& v) const {
  Value out(v.size());
  for (std::size_t s = 0; s < v.size(); ++s) {
    out[s] = circuits::evaluate(spec_.activation.odd, v[s].real());
  }
  accumulate(sum, std::move(out));
}

void SlotMachine::parallel_for(std::size_t count, const std::function<void(std::size_t)>& task) {
  for (std::size_t i = 0; i < count; ++i) {
    task(i);
  }
}

}  // namespace blindfit::learn
