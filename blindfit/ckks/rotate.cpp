// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ckks/rotate.h"

#include <algorithm>
#include <string>
#include <utility>

#include "blindfit/ring/modular_arithmetic.h"
#include "blindfit/rlwe/fused_key_switch.h"

namespace blindfit::ckks {
namespace {

void require_degree_one(const Ciphertext& ct) {
  if (ct.degree() != 1) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "a ciphertext must be relinearized to degree 1 first: degree " +
                          std::to_string(ct.degree()));
  }
}

void require_degree_two(const Ciphertext& ct) {
  if (ct.degree() != 2) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "relinearization takes degree 2: " + std::to_string(ct.degree()));
  }
}

/// Where the rows of a rotated ciphertext go: c_0 is added, both are permuted.
rlwe::RowSink automorphism_into(const Context& context, const ring::Automorphism& automorphism,
                                const Ciphertext& ct, Ciphertext& out) {
  out.scale = ct.scale;
  out.parts.resize(2);
  for (ring::Poly& part : out.parts) {
    part.reshape(ct.parts[0].n(), ct.parts[0].q_limbs(), 0, ring::Domain::kEvaluation);
  }
  return [&](const rlwe::SwitchedRow& row) {
    const ring::RingContext& ring = context.ring();
    const std::size_t to = ring::destination(automorphism, row.begin, row.words);
    const std::uint32_t* index = automorphism.index.data() + to;
    ring.kernels().add(row.u0 + row.begin, row.u0 + row.begin,
                       ct.parts[0].limb(row.limb).data() + row.begin, row.words, ring.q(row.limb));
    ring.kernels().permute(out.parts[0].limb(row.limb).data() + to, row.u0, index, row.words);
    ring.kernels().permute(out.parts[1].limb(row.limb).data() + to, row.u1, index, row.words);
  };
}

void switch_by(const Context& context, const rlwe::GaloisKey& key, const Ciphertext& ct,
               Ciphertext& out) {
  Ciphertext result;
  rlwe::switch_key(context, ct.parts[1], key.key,
                   automorphism_into(context, key.automorphism, ct, result));
  out = std::move(result);
}

/// The sum over `terms` of the automorphisms of (P c_0 + gadget product, gadget product) over QP,
/// one limb after the other, so that everything but the keys stays in the cache.
rlwe::LazyPair sum_of_terms(const Context& context, const Ciphertext& ct,
                            const rlwe::Decomposition& decomposition,
                            std::span<const rlwe::GaloisKey* const> terms) {
  const ring::RingContext& ring = context.ring();
  const ring::Poly& shape = decomposition.digits.front();
  const std::size_t n = shape.n();
  rlwe::LazyPair sum{ring::zero_poly(ring, shape.q_limbs(), shape.p_limbs(), shape.domain()),
                     ring::zero_poly(ring, shape.q_limbs(), shape.p_limbs(), shape.domain())};
  base::AlignedBuffer scratch(3 * n);
  std::uint64_t* u0 = scratch.data();
  std::uint64_t* u1 = u0 + n;
  std::uint64_t* lifted = u1 + n;
  for (std::size_t i = 0; i < shape.limbs(); ++i) {
    const auto& q = ring.modulus(shape, i);
    const bool in_q = i < shape.q_limbs();
    if (in_q) {
      ring.kernels().multiply_scalar(lifted, ct.parts[0].limb(i).data(), ring.special_product(i), n,
                                     q);
    }
    for (const rlwe::GaloisKey* key : terms) {
      rlwe::gadget_product_limb(context, decomposition, key->key, i, u0, u1);
      if (in_q) {
        ring.kernels().add(u0, u0, lifted, n, q);
      }
      const std::uint32_t* index = key->automorphism.index.data();
      ring.kernels().permute_add(sum.u0.limb(i).data(), u0, index, n, q);
      ring.kernels().permute_add(sum.u1.limb(i).data(), u1, index, n, q);
    }
  }
  return sum;
}

}  // namespace

ring::GaloisElement galois_element(Steps steps, unsigned log_n) {
  const std::int64_t slots = std::int64_t{1} << (log_n - 1);
  const std::int64_t exponent = ((steps.value % slots) + slots) % slots;
  const std::uint64_t two_n = std::uint64_t{2} << log_n;
  return {
      static_cast<std::uint32_t>(ring::power_mod(5, static_cast<std::uint64_t>(exponent), two_n))};
}

ring::GaloisElement conjugation_element(unsigned log_n) {
  return {(std::uint32_t{2} << log_n) - 1};
}

void relinearize(const Context& context, const EvaluationKeys& keys, Ciphertext& ct) {
  if (ct.degree() == 1) {
    return;
  }
  require_degree_two(ct);
  const rlwe::SwitchingKey& key = keys.relinearization(ct.level());
  const ring::RingContext& ring = context.ring();
  rlwe::switch_key(context, ct.parts[2], key, [&](const rlwe::SwitchedRow& row) {
    const auto& q = ring.q(row.limb);
    std::uint64_t* c0 = ct.parts[0].limb(row.limb).data() + row.begin;
    std::uint64_t* c1 = ct.parts[1].limb(row.limb).data() + row.begin;
    ring.kernels().add(c0, c0, row.u0 + row.begin, row.words, q);
    ring.kernels().add(c1, c1, row.u1 + row.begin, row.words, q);
  });
  ct.parts.pop_back();
}

void relinearize_and_rescale(const Context& context, const EvaluationKeys& keys, Ciphertext& ct) {
  if (ct.degree() == 1) {
    rescale(context, ct);
    return;
  }
  require_degree_two(ct);
  const std::size_t level = ct.level();
  rlwe::switch_key_and_rescale(
      context, ct.parts[2], keys.relinearization(level), ct.parts[0], ct.parts[1],
      [&](const rlwe::SwitchedRow& row) {
        std::copy_n(row.u0 + row.begin, row.words, ct.parts[0].limb(row.limb).data() + row.begin);
        std::copy_n(row.u1 + row.begin, row.words, ct.parts[1].limb(row.limb).data() + row.begin);
      });
  ct.parts.pop_back();
  drop_level(ct, level - 1);
  ct.scale = ct.scale / Scale{static_cast<double>(context.q(level))};
}

void rotate(const Context& context, const EvaluationKeys& keys, const Ciphertext& ct, Steps steps,
            Ciphertext& out) {
  require_degree_one(ct);
  const ring::GaloisElement element = galois_element(steps, context.parameters().log_n());
  if (element.value == 1) {
    if (&out != &ct) {
      out = ct;
    }
    return;
  }
  switch_by(context, keys.galois(element, ct.level()), ct, out);
}

void conjugate(const Context& context, const EvaluationKeys& keys, const Ciphertext& ct,
               Ciphertext& out) {
  require_degree_one(ct);
  switch_by(context, keys.galois(conjugation_element(context.parameters().log_n()), ct.level()), ct,
            out);
}

std::vector<Ciphertext> rotate_hoisted(const Context& context, const EvaluationKeys& keys,
                                       const Ciphertext& ct, std::span<const Steps> steps) {
  require_degree_one(ct);
  const rlwe::Decomposition decomposition = rlwe::gadget_decompose(context, ct.parts[1]);
  std::vector<Ciphertext> result(steps.size());
  std::vector<rlwe::KeyedSink> switches;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const ring::GaloisElement element = galois_element(steps[k], context.parameters().log_n());
    if (element.value == 1) {
      result[k] = ct;
      continue;
    }
    const rlwe::GaloisKey& key = keys.galois(element, ct.level());
    switches.push_back({&key.key, automorphism_into(context, key.automorphism, ct, result[k])});
  }
  rlwe::switch_keys(context, decomposition, switches);
  return result;
}

void sum_of_rotations(const Context& context, const EvaluationKeys& keys, const Ciphertext& ct,
                      std::span<const Steps> steps, Ciphertext& out) {
  require_degree_one(ct);
  if (steps.empty()) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "a sum of rotations needs at least one term: 0");
  }
  std::vector<const rlwe::GaloisKey*> terms;
  std::int64_t unrotated = 0;
  for (const Steps s : steps) {
    const ring::GaloisElement element = galois_element(s, context.parameters().log_n());
    if (element.value == 1) {
      ++unrotated;
    } else {
      terms.push_back(&keys.galois(element, ct.level()));
    }
  }
  Ciphertext sum{std::vector<ring::Poly>(2), ct.scale};
  if (terms.empty()) {
    sum = ct;
    --unrotated;
  } else {
    rlwe::LazyPair lazy =
        sum_of_terms(context, ct, rlwe::gadget_decompose(context, ct.parts[1]), terms);
    rlwe::mod_down(context, lazy, sum.parts[0], sum.parts[1]);
  }
  for (; unrotated > 0; --unrotated) {
    add(context, sum, ct, sum);
  }
  out = std::move(sum);
}

}  // namespace blindfit::ckks
