// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/cipher_machine.h"

#include <utility>

#include "blindfit/circuits/polynomial.h"
#include "blindfit/matrix/logit_packing.h"

namespace blindfit::learn {
namespace {

void accumulate(const rlwe::Context& context, ckks::Ciphertext term, ckks::Ciphertext& sum) {
  if (sum.parts.empty()) {
    sum = std::move(term);
  } else {
    ckks::add(context, sum, term, sum);
  }
}

void add_masked_slots(const ckks::Encoder& encoder, const ckks::Ciphertext& v,
                      std::span<const double> mask, double scale, ckks::Ciphertext& sum) {
  const ckks::Plaintext plain = encoder.encode(mask, rlwe::Scale{scale}, v.level());
  ckks::Ciphertext product;
  ckks::multiply_plain(encoder.context(), v, plain, product);
  accumulate(encoder.context(), std::move(product), sum);
}

}  // namespace

ckks::Ciphertext CipherMachine::drop(const Value& v, std::size_t level) const {
  Value out = v;
  ckks::drop_level(out, level);
  return out;
}

ckks::Ciphertext CipherMachine::add(const Value& a, const Value& b) const {
  Value out;
  ckks::add(context_, a, b, out);
  return out;
}

ckks::Ciphertext CipherMachine::subtract(const Value& a, const Value& b) const {
  Value out;
  ckks::subtract(context_, a, b, out);
  return out;
}

ckks::Ciphertext CipherMachine::times_i(const Value& v) const {
  Value out;
  ckks::multiply_by_i(context_, v, out);
  return out;
}

ckks::Ciphertext CipherMachine::conjugate(const Value& v) {
  tick(1);
  Value out;
  ckks::conjugate(context_, keys_, v, out);
  return out;
}

ckks::Ciphertext CipherMachine::halve(const Value& v) const {
  Value out = v;
  out.scale = out.scale * rlwe::Scale{2};
  return out;
}

ckks::Ciphertext CipherMachine::refresh(const Value& v, double unit) {
  tick(refreshing_.key_switches);
  Value message = v;
  message.scale = message.scale * rlwe::Scale{unit};
  message = refreshing_.refresher->refresh(message);
  message.scale = message.scale / rlwe::Scale{unit};
  return message;
}

void CipherMachine::add_product(Sum& sum, const Value& a, const Value& b) const {
  ckks::multiply_add(context_, a, b, sum.ct);
}

void CipherMachine::add_multiple(Sum& sum, const Value& v, double c, double scale) const {
  Value term;
  ckks::multiply_constant(context_, v, c, rlwe::Scale{scale}, term);
  accumulate(context_, std::move(term), sum.ct);
}

void CipherMachine::add_masked(Sum& sum, const Value& v, const BundleMask& mask,
                               double scale) const {
  std::vector<double> slots = matrix::bundle_mask(spec_.tiling, mask.bundle, mask.value);
  matrix::multiply_slots(signs_, slots);
  add_masked_slots(encoder_, v, slots, scale, sum.ct);
}

void CipherMachine::add_masked(Sum& sum, const Value& v, const LabelMask& mask,
                               double scale) const {
  add_masked_slots(encoder_, v, matrix::label_mask(spec_.tiling, mask.k, mask.value), scale,
                   sum.ct);
}

void CipherMachine::add_masked(Sum& sum, const Value& v, const PartMask& mask, double scale) const {
  add_masked_slots(encoder_, v, matrix::part_mask(spec_.tiling.tile, mask.range), scale, sum.ct);
}

void CipherMachine::add_masked(Sum& sum, const Value& v, const BlockMask& mask,
                               double scale) const {
  add_masked_slots(encoder_, v, matrix::block_mask(spec_.tiling.tile, mask.block, mask.value),
                   scale, sum.ct);
}

void CipherMachine::add_masked(Sum& sum, const Value& v, const PlainMask& mask,
                               double scale) const {
  add_masked_slots(encoder_, v, mask.slots, scale, sum.ct);
}

void CipherMachine::add_masked(Sum& sum, const Value& v, SignMask, double scale) const {
  add_masked_slots(encoder_, v, signs_, scale, sum.ct);
}

void CipherMachine::add_sum(Sum& sum, Sum other) const {
  if (!other.ct.parts.empty()) {
    accumulate(context_, std::move(other.ct), sum.ct);
  }
}

void CipherMachine::times_minus_i(Sum& sum) const {
  ckks::multiply_by_i(context_, sum.ct, sum.ct);
  ckks::negate(context_, sum.ct, sum.ct);
}

ckks::Ciphertext CipherMachine::finish(Sum sum) {
  if (sum.ct.degree() == 2) {
    tick(1);
  }
  ckks::relinearize_and_rescale(context_, keys_, sum.ct);
  return std::move(sum.ct);
}

ckks::Ciphertext CipherMachine::fold(const Value& v, const std::vector<matrix::FoldStage>& stages) {
  Value out = v;
  for (const matrix::FoldStage& stage : stages) {
    tick(stage.size() - 1);
    ckks::sum_of_rotations(context_, keys_, out, stage, out);
  }
  return out;
}

ckks::Ciphertext CipherMachine::rotate(const Value& v, ckks::Steps steps) {
  tick(1);
  Value out;
  ckks::rotate(context_, keys_, v, steps, out);
  return out;
}

ckks::Ciphertext CipherMachine::polynomial(const Value& v, const circuits::PolynomialPlan& plan) {
  tick(plan.key_switches());
  return circuits::evaluate(context_, keys_, plan, v, rlwe::Scale{spec_.scale});
}

void CipherMachine::activate(Sum& sum, const Value& v) {
  tick(activation_.lazy_key_switches());
  accumulate(
      context_,
      circuits::evaluate_lazy(context_, keys_, activation_, v, rlwe::Scale{spec_.error_scale()}),
      sum.ct);
}

void CipherMachine::parallel_for(std::size_t count, const std::function<void(std::size_t)>& task) {
  pool_.parallel_for(count, task);
}

void CipherMachine::tick(std::size_t key_switches) {
  if (cancelled_.load(std::memory_order_relaxed)) {
    throw base::Error(base::ErrorCode::kCancelled, "training was interrupted");
  }
  key_switches_.fetch_add(key_switches, std::memory_order_relaxed);
}

}  // namespace blindfit::learn
