// SPDX-License-Identifier: Apache-2.0
#include "blindfit/rlwe/key_switch.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace blindfit::rlwe {

LimbRange own_limbs(const Context& context, const ring::Poly& c, std::size_t d) {
  const std::size_t size = context.parameters().digit_size();
  return {d * size, std::min((d + 1) * size, c.q_limbs())};
}

base::AlignedBuffer prepare_digit(const Context& context, const ring::Poly& c, std::size_t d) {
  const ring::RingContext& ring = context.ring();
  const auto [first, last] = own_limbs(context, c, d);
  base::AlignedBuffer halfway((last - first) * c.n());
  std::vector<std::uint64_t*> own;
  for (std::size_t k = first; k < last; ++k) {
    const std::span<std::uint64_t> limb(halfway.data() + (k - first) * c.n(), c.n());
    std::memcpy(limb.data(), c.limb(k).data(), limb.size_bytes());
    ring::inverse_ntt_rows(ring, limb, k);
    own.push_back(limb.data());
  }
  return context.digit_extension(d, last - first).prepare(ring, own);
}

Decomposition gadget_decompose(const Context& context, const ring::Poly& c) {
  const ring::RingContext& ring = context.ring();
  Decomposition result;
  for (std::size_t d = 0; d < context.parameters().digits(c.q_limbs() - 1); ++d) {
    ring::Poly& digit =
        result.digits.emplace_back(c.n(), c.q_limbs(), ring.p_count(), ring::Domain::kEvaluation);
    const LimbRange own = own_limbs(context, c, d);
    std::vector<ring::BasisExtension::Target> others;
    for (std::size_t i = 0; i < digit.limbs(); ++i) {
      if (own.contains(i)) {
        std::memcpy(digit.limb(i).data(), c.limb(i).data(), c.limb(i).size_bytes());
      } else {
        others.push_back({ring.index(digit, i), digit.limb(i).data()});
      }
    }
    context.digit_extension(d, own.last - own.first)
        .extend(ring, prepare_digit(context, c, d), others);
    for (const auto& [modulus, limb] : others) {
      ring::forward_ntt_rows(ring, {limb, c.n()}, modulus);
    }
  }
  return result;
}

void require_level(const SwitchingKey& key, std::size_t level) {
  if (key.level() < level) {
    throw base::Error(base::ErrorCode::kKeyMissing,
                      "a switching key must reach the level of its operand: " +
                          std::to_string(key.level()) + " < " + std::to_string(level));
  }
}

void gadget_product_limb(const Context& context, const Decomposition& c, const SwitchingKey& key,
                         std::size_t i, std::uint64_t* u0, std::uint64_t* u1) {
  const ring::Poly& shape = c.digits.front();
  const std::size_t count = c.digits.size();
  const std::size_t key_limb = limb_of_key(key.b.front(), shape.q_limbs(), i);
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
  require_level(key, c.level());
  LazyPair pair{ring::Poly(shape.n(), shape.q_limbs(), shape.p_limbs(), ring::Domain::kEvaluation),
                ring::Poly(shape.n(), shape.q_limbs(), shape.p_limbs(), ring::Domain::kEvaluation)};
  for (std::size_t i = 0; i < shape.limbs(); ++i) {
    gadget_product_limb(context, c, key, i, pair.u0.limb(i).data(), pair.u1.limb(i).data());
  }
  return pair;
}

void mod_down(const Context& context, const LazyPair& pair, ring::Poly& out0, ring::Poly& out1) {
  const std::array in{ring::Dividend{&pair.u0}, ring::Dividend{&pair.u1}};
  const std::array out{&out0, &out1};
  context.mod_down().apply(context.ring(), in, out);
}

}  // namespace blindfit::rlwe
