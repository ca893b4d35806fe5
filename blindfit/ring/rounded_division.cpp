// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ring/rounded_division.h"

#include <algorithm>

#include "blindfit/ring/modular_arithmetic.h"

namespace blindfit::ring {
namespace {

/// Limbs whose remainders are made before they are used, so that they stay in the caches.
constexpr std::size_t kGroupLimbs = 4;

/// D's limbs of `poly`, halfway to coefficients.
std::vector<std::uint64_t*> going_limbs(const RingContext& ring,
                                        std::span<const std::size_t> divisor, Poly& poly) {
  std::vector<std::uint64_t*> limbs;
  for (const std::size_t prime : divisor) {
    const std::size_t i = ring.limb_index(poly.q_limbs(), prime);
    inverse_ntt_rows(ring, poly.limb(i), prime);
    limbs.push_back(poly.limb(i).data());
  }
  return limbs;
}

}  // namespace

RoundedDivision::RoundedDivision(const RingContext& ring, const std::vector<std::size_t>& divisor)
    : extension_(ring, divisor) {
  for (std::size_t i = 0; i < ring.q_count(); ++i) {
    const std::uint64_t q = ring.q(i).value;
    std::uint64_t product = 1;
    for (const std::size_t prime : divisor) {
      product = multiply_mod(product, ring.modulus(prime).value % q, q);
    }
    inverse_.push_back(product == 0 ? 0 : inverse_mod(product, q));
  }
}

void RoundedDivision::apply(const RingContext& ring, std::span<Poly* const> in,
                            std::span<Poly* const> out) const {
  const std::size_t limbs = in.front()->limbs() - extension_.source().size();
  std::vector<base::AlignedBuffer> prepared;
  for (std::size_t k = 0; k < in.size(); ++k) {
    prepared.push_back(extension_.prepare(ring, going_limbs(ring, extension_.source(), *in[k])));
    out[k]->reshape(in[k]->n(), limbs, 0, Domain::kEvaluation);
  }
  base::AlignedBuffer remainders(in.size() * kGroupLimbs * ring.n());
  for (std::size_t first = 0; first < limbs; first += kGroupLimbs) {
    const std::size_t count = std::min(kGroupLimbs, limbs - first);
    for (std::size_t k = 0; k < in.size(); ++k) {
      std::vector<BasisExtension::Target> targets;
      for (std::size_t i = 0; i < count; ++i) {
        targets.push_back({first + i, remainders.data() + (k * kGroupLimbs + i) * ring.n()});
      }
      extension_.extend(ring, prepared[k], targets);
    }
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t r = 0; r < ring.rows(); ++r) {
        const std::size_t begin = r * ring.row_size();
        for (std::size_t k = 0; k < in.size(); ++k) {
          const std::uint64_t* row = in[k]->limb(first + i).data() + begin;
          const std::uint64_t* const next[] = {row + ring.row_size()};
          divide_row(ring, row, remainders.data() + (k * kGroupLimbs + i) * ring.n() + begin,
                     out[k]->limb(first + i).data() + begin, r, first + i,
                     {next, r + 1 < ring.rows() ? std::size_t{1} : 0});
        }
      }
    }
  }
}

void RoundedDivision::apply(const RingContext& ring, Poly& in, Poly& out) const {
  Poly* const from = &in;
  Poly* const to = &out;
  apply(ring, std::span(&from, 1), std::span(&to, 1));
}

void RoundedDivision::divide_row(const RingContext& ring, const std::uint64_t* in,
                                 std::uint64_t* remainder, std::uint64_t* out, std::size_t r,
                                 std::size_t i, const kernels::RowsAhead& ahead) const {
  ring.forward_ntt_row(remainder, r, i, ahead);
  ring.kernels().subtract_multiply_scalar(out, in, remainder, inverse_[i], ring.row_size(),
                                          ring.q(i));
}

std::vector<std::size_t> special_primes(const RingContext& ring) {
  std::vector<std::size_t> indices(ring.p_count());
  for (std::size_t j = 0; j < indices.size(); ++j) {
    indices[j] = ring.p_index(j);
  }
  return indices;
}

std::vector<std::size_t> special_primes_and(const RingContext& ring, std::size_t q_index) {
  std::vector<std::size_t> indices = special_primes(ring);
  indices.push_back(q_index);
  return indices;
}

}  // namespace blindfit::ring
