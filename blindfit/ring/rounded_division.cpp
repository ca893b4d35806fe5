// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ring/rounded_division.h"

#include <algorithm>
#include <array>

#include "blindfit/ring/modular_arithmetic.h"

namespace blindfit::ring {
namespace {

/// Limbs whose remainders are made before they are used, so that they stay in the caches.
constexpr std::size_t kGroupLimbs = 4;

/// Row r of limb i of a dividend: where it is, or made at `scratch`, which may be a factor's row.
const std::uint64_t* dividend_row(const RingContext& ring, const Dividend& in, std::size_t i,
                                  std::size_t r, std::uint64_t* scratch) {
  const std::uint64_t* row = in.a->limb(i).data() + r * ring.row_size();
  if (in.b == nullptr) {
    return row;
  }
  ring.kernels().multiply(scratch, row, in.b->limb(i).data() + r * ring.row_size(), ring.row_size(),
                          ring.q(i));
  return scratch;
}

/// The limbs of the primes of D, halfway to coefficients, one after the other.
base::AlignedBuffer going_limbs(const RingContext& ring, std::span<const std::size_t> divisor,
                                const Dividend& in, std::size_t q_limbs) {
  base::AlignedBuffer limbs(divisor.size() * ring.n());
  std::uint64_t* out = limbs.data();
  for (const std::size_t prime : divisor) {
    for (std::size_t r = 0; r < ring.rows(); ++r, out += ring.row_size()) {
      const std::uint64_t* row = dividend_row(ring, in, ring.limb_index(q_limbs, prime), r, out);
      if (row != out) {
        std::copy_n(row, ring.row_size(), out);
      }
      ring.inverse_ntt_row(out, r, prime);
    }
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

void RoundedDivision::apply(const RingContext& ring, std::span<const Dividend> in,
                            std::span<Poly* const> out) const {
  const std::span<const std::size_t> divisor = extension_.source();
  const std::size_t q_limbs = in.front().q_limbs();
  const std::size_t limbs = q_limbs + in.front().a->p_limbs() - divisor.size();
  std::vector<base::AlignedBuffer> prepared;
  for (std::size_t k = 0; k < in.size(); ++k) {
    base::AlignedBuffer going = going_limbs(ring, divisor, in[k], q_limbs);
    std::vector<std::uint64_t*> sources;
    for (std::size_t s = 0; s < divisor.size(); ++s) {
      sources.push_back(going.data() + s * ring.n());
    }
    prepared.push_back(extension_.prepare(ring, sources));
    out[k]->reshape(ring.n(), limbs, 0, Domain::kEvaluation);
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
        for (std::size_t k = 0; k < in.size(); ++k) {
          std::uint64_t* remainder = remainders.data() + (k * kGroupLimbs + i) * ring.n();
          divide_row(ring, in[k], remainder, *out[k], r, first + i);
        }
      }
    }
  }
}

void RoundedDivision::apply(const RingContext& ring, const Poly& in, Poly& out) const {
  const Dividend from{&in};
  Poly* const to = &out;
  apply(ring, std::span(&from, 1), std::span(&to, 1));
}

void RoundedDivision::divide_row(const RingContext& ring, const Dividend& in,
                                 std::uint64_t* remainder, Poly& out, std::size_t r,
                                 std::size_t i) const {
  const std::size_t begin = r * ring.row_size();
  const std::size_t next = begin + ring.row_size();
  std::array<const std::uint64_t*, 2> ahead;  // a product's rows are read right after this one
  std::size_t count = 0;
  if (r + 1 < ring.rows()) {
    ahead[count++] = in.a->limb(i).data() + next;
    if (in.b != nullptr) {
      ahead[count++] = in.b->limb(i).data() + next;
    }
  }
  std::uint64_t* row = out.limb(i).data() + begin;
  divide_row(ring, dividend_row(ring, in, i, r, row), remainder + begin, row, r, i,
             {ahead.data(), count});
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
