// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ckks/rotate.h"

#include <string>
#include <utility>

#include "blindfit/ring/modular_arithmetic.h"
#include "blindfit/rlwe/key_switch.h"

namespace blindfit::ckks {
namespace {

void require_degree_one(const Ciphertext& ct) {
  if (ct.degree() != 1) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "a ciphertext must be relinearized to degree 1 first: degree " +
                          std::to_string(ct.degree()));
  }
}

/// The automorphism of `ct`, given the decomposition of its c_1.
Ciphertext apply_galois(const Context& context, const rlwe::GaloisKey& key, const Ciphertext& ct,
                        const rlwe::Decomposition& decomposition) {
  rlwe::LazyPair pair = rlwe::gadget_product_lazy(context, decomposition, key.key);
  ring::Poly u0;
  ring::Poly u1;
  rlwe::mod_down(context, pair, u0, u1);
  ring::add(context.ring(), u0, ct.parts[0], u0);
  Ciphertext out{std::vector<ring::Poly>(2), ct.scale};
  ring::apply_automorphism(context.ring(), key.automorphism, u0, out.parts[0]);
  ring::apply_automorphism(context.ring(), key.automorphism, u1, out.parts[1]);
  return out;
}

void switch_by(const Context& context, const rlwe::GaloisKey& key, const Ciphertext& ct,
               Ciphertext& out) {
  out = apply_galois(context, key, ct, rlwe::gadget_decompose(context, ct.parts[1]));
}

/// sum += automorphism(term); an empty sum becomes it.
void add_permuted(const Context& context, const ring::Automorphism& automorphism,
                  const ring::Poly& term, ring::Poly& sum) {
  if (sum.limbs() == 0) {
    ring::apply_automorphism(context.ring(), automorphism, term, sum);
    return;
  }
  ring::Poly permuted;
  ring::apply_automorphism(context.ring(), automorphism, term, permuted);
  ring::add(context.ring(), sum, permuted, sum);
}

void add_or_assign(const Context& context, const ring::Poly& term, ring::Poly& sum) {
  if (sum.limbs() == 0) {
    sum = term;
  } else {
    ring::add(context.ring(), sum, term, sum);
  }
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
  if (ct.degree() != 2) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "relinearization takes degree 2: " + std::to_string(ct.degree()));
  }
  const rlwe::SwitchingKey& key = keys.relinearization(ct.level());
  rlwe::LazyPair pair =
      rlwe::gadget_product_lazy(context, rlwe::gadget_decompose(context, ct.parts[2]), key);
  ring::Poly u0;
  ring::Poly u1;
  rlwe::mod_down(context, pair, u0, u1);
  ring::add(context.ring(), ct.parts[0], u0, ct.parts[0]);
  ring::add(context.ring(), ct.parts[1], u1, ct.parts[1]);
  ct.parts.pop_back();
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
  std::vector<Ciphertext> result;
  result.reserve(steps.size());
  for (const Steps s : steps) {
    const ring::GaloisElement element = galois_element(s, context.parameters().log_n());
    result.push_back(element.value == 1 ? ct
                                        : apply_galois(context, keys.galois(element, ct.level()),
                                                       ct, decomposition));
  }
  return result;
}

void sum_of_rotations(const Context& context, const EvaluationKeys& keys, const Ciphertext& ct,
                      std::span<const Steps> steps, Ciphertext& out) {
  require_degree_one(ct);
  if (steps.empty()) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "a sum of rotations needs at least one term: 0");
  }
  const rlwe::Decomposition decomposition = rlwe::gadget_decompose(context, ct.parts[1]);
  rlwe::LazyPair lazy;
  ring::Poly sum0;
  ring::Poly sum1;
  for (const Steps s : steps) {
    const ring::GaloisElement element = galois_element(s, context.parameters().log_n());
    if (element.value == 1) {
      add_or_assign(context, ct.parts[0], sum0);
      add_or_assign(context, ct.parts[1], sum1);
      continue;
    }
    const rlwe::GaloisKey& key = keys.galois(element, ct.level());
    const rlwe::LazyPair term = rlwe::gadget_product_lazy(context, decomposition, key.key);
    add_permuted(context, key.automorphism, term.u0, lazy.u0);
    add_permuted(context, key.automorphism, term.u1, lazy.u1);
    add_permuted(context, key.automorphism, ct.parts[0], sum0);
  }
  if (lazy.u0.limbs() != 0) {
    ring::Poly u0;
    ring::Poly u1;
    rlwe::mod_down(context, lazy, u0, u1);
    add_or_assign(context, u0, sum0);
    add_or_assign(context, u1, sum1);
  }
  out.scale = ct.scale;
  out.parts.clear();
  out.parts.push_back(std::move(sum0));
  out.parts.push_back(std::move(sum1));
}

}  // namespace blindfit::ckks
