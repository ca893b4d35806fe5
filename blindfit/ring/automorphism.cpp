// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ring/automorphism.h"

namespace blindfit::ring {
namespace {

std::uint32_t reverse_bits(std::uint32_t x, unsigned bits) noexcept {
  std::uint32_t r = 0;
  for (unsigned i = 0; i < bits; ++i) {
    r = (r << 1U) | ((x >> i) & 1U);
  }
  return r;
}

}  // namespace

GaloisElement inverse(GaloisElement g, unsigned log_n) {
  // Newton's iteration doubles the correct low bits of an inverse modulo a power of two; an odd g
  // is right to 3 bits.
  std::uint32_t x = g.value;
  for (int i = 0; i < 4; ++i) {
    x *= 2 - g.value * x;
  }
  return {x & ((std::uint32_t{2} << log_n) - 1)};
}

Automorphism make_automorphism(GaloisElement g, unsigned log_n) {
  const std::uint32_t n = std::uint32_t{1} << log_n;
  Automorphism result{g, std::vector<std::uint32_t>(n)};
  // Value i belongs to the root psi^(2 brv(i) + 1); X -> X^g evaluates the input at that root's
  // g-th power.
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint32_t exponent = (2 * reverse_bits(i, log_n) + 1) * g.value & (2 * n - 1);
    result.index[i] = reverse_bits(exponent >> 1U, log_n);
  }
  return result;
}

std::size_t destination(const Automorphism& automorphism, std::size_t begin, std::size_t words) {
  std::size_t to = 0;
  while (automorphism.index[to] / words != begin / words) {
    to += words;
  }
  return to;
}

void apply_automorphism(const RingContext& ring, const Automorphism& automorphism, const Poly& in,
                        Poly& out) {
  out.reshape(in.n(), in.q_limbs(), in.p_limbs(), Domain::kEvaluation);
  for (std::size_t i = 0; i < in.limbs(); ++i) {
    ring.kernels().permute(out.limb(i).data(), in.limb(i).data(), automorphism.index.data(),
                           in.n());
  }
}

}  // namespace blindfit::ring
