// SPDX-License-Identifier: Apache-2.0
#include "blindfit/rlwe/key_switch.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace blindfit::rlwe {
namespace {

/// Fills one digit: the limbs of its own primes are `c`'s, all others are extended and transformed.
void extend_digit(const Context& context, const ring::Poly& c, const ring::Poly& coefficients,
                  std::size_t d, ring::Poly& out) {
  const ring::RingContext& ring = context.ring();
  const std::size_t first = d * context.parameters().digit_size();
  const std::size_t size = std::min(context.parameters().digit_size(), c.q_limbs() - first);
  const ring::BasisExtension& extension = context.digit_extension(d, size);
  std::vector<const std::uint64_t*> own;
  for (std::size_t k = first; k < first + size; ++k) {
    own.push_back(coefficients.limb(k).data());
    std::memcpy(out.limb(k).data(), c.limb(k).data(), c.n() * sizeof(std::uint64_t));
  }
  std::vector<ring::BasisExtension::Target> others;
  for (std::size_t i = 0; i < out.limbs(); ++i) {
    if (i < first || i >= first + size) {
      others.push_back({ring.index(out, i), out.limb(i).data()});
    }
  }
  extension.extend(ring, own, others);
  for (const auto& [modulus, limb] : others) {
    ring.forward_ntt_limb({limb, c.n()}, modulus);
  }
}

}  // namespace

Decomposition gadget_decompose(const Context& context, const ring::Poly& c) {
  ring::Poly coefficients = c;
  ring::to_coefficient(context.ring(), coefficients);
  const std::size_t digits = context.parameters().digits(c.q_limbs() - 1);
  Decomposition result;
  result.digits.reserve(digits);
  for (std::size_t d = 0; d < digits; ++d) {
    result.digits.emplace_back(c.n(), c.q_limbs(), context.ring().p_count(),
                               ring::Domain::kEvaluation);
    extend_digit(context, c, coefficients, d, result.digits.back());
  }
  return result;
}

void gadget_product_limb(const Context& context, const Decomposition& c, const SwitchingKey& key,
                         std::size_t i, std::uint64_t* u0, std::uint64_t* u1) {
  const ring::Poly& shape = c.digits.front();
  const std::size_t count = c.digits.size();
  // The key may stand at a higher level, which moves its special limbs up.
  const std::size_t key_limb = i < shape.q_limbs() ? i : i - shape.q_limbs() + key.level() + 1;
  std::array<const std::uint64_t*, kernels::kMaxDotLength> digit;
  std::array<const std::uint64_t*, kernels::kMaxDotLength> b;
  std::array<const std::uint64_t*, kernels::kMaxDotLength> a;
  for (std::size_t d = 0; d < count; ++d) {
    digit[d] = c.digits[d].limb(i).data();
    b[d] = key.b[d].limb(key_limb).data();
    a[d] = key.a[d].limb(key_limb).data();
  }
  context.ring().kernels().dot_pair(u0, u1, digit.data(), b.data(), a.data(), count, shape.n(),
                                    context.ring().modulus(shape, i));
}

LazyPair gadget_product_lazy(const Context& context, const Decomposition& c,
                             const SwitchingKey& key) {
  const ring::Poly& shape = c.digits.front();
  if (key.level() < c.level()) {
    throw base::Error(base::ErrorCode::kKeyMissing,
                      "a switching key must reach the level of its operand: " +
                          std::to_string(key.level()) + " < " + std::to_string(c.level()));
  }
  LazyPair pair{ring::Poly(shape.n(), shape.q_limbs(), shape.p_limbs(), ring::Domain::kEvaluation),
                ring::Poly(shape.n(), shape.q_limbs(), shape.p_limbs(), ring::Domain::kEvaluation)};
  for (std::size_t i = 0; i < shape.limbs(); ++i) {
    gadget_product_limb(context, c, key, i, pair.u0.limb(i).data(), pair.u1.limb(i).data());
  }
  return pair;
}

void mod_down(const Context& context, LazyPair& pair, ring::Poly& out0, ring::Poly& out1) {
  context.mod_down().apply(context.ring(), pair.u0, out0);
  context.mod_down().apply(context.ring(), pair.u1, out1);
}

}  // namespace blindfit::rlwe
