// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ring/basis_extension.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "blindfit/base/error.h"
#include "blindfit/ring/modular_arithmetic.h"

namespace blindfit::ring {
namespace {

/// 32 KiB a limb: the source limbs of a block and one target fit the second-level cache, and longer
/// blocks gained nothing.
constexpr std::size_t kBlockColumns = 4096;

const kernels::ModulusConstants& modulus_at(const RingContext& ring, std::size_t index) {
  return index < ring.q_count() ? ring.q(index) : ring.p(index - ring.q_count());
}

std::vector<std::size_t> p_indices(const RingContext& ring) {
  std::vector<std::size_t> indices(ring.p_count());
  for (std::size_t j = 0; j < indices.size(); ++j) {
    indices[j] = ring.p_index(j);
  }
  return indices;
}

/// Product of the source primes other than the k-th, modulo `m`; k = source.size() leaves none out.
std::uint64_t product_without(const RingContext& ring, std::span<const std::size_t> source,
                              std::size_t k, std::uint64_t m) {
  std::uint64_t product = 1;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (i != k) {
      product = multiply_mod(product, modulus_at(ring, source[i]).value % m, m);
    }
  }
  return product;
}

}  // namespace

BasisExtension::BasisExtension(const RingContext& ring, std::vector<std::size_t> source)
    : source_(std::move(source)) {
  if (source_.size() > kernels::kMaxDotLength) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "a basis to extend has at most 64 primes: " + std::to_string(source_.size()));
  }
  const std::size_t count = source_.size();
  for (std::size_t k = 0; k < count; ++k) {
    const auto& s = modulus_at(ring, source_[k]);
    inverse_hat_.push_back(inverse_mod(product_without(ring, source_, k, s.value), s.value));
    inverse_.push_back(s.inverse);
  }
  const std::size_t targets = ring.q_count() + ring.p_count();
  hat_.resize(targets);
  for (std::size_t t = 0; t < targets; ++t) {
    const std::uint64_t m = modulus_at(ring, t).value;
    for (std::size_t k = 0; k < count; ++k) {
      hat_[t].push_back(product_without(ring, source_, k, m));
    }
    product_.push_back(product_without(ring, source_, count, m));
  }
}

void BasisExtension::extend(const RingContext& ring, std::span<const std::uint64_t* const> x,
                            std::span<const Target> targets) const {
  const std::size_t count = source_.size();
  const std::size_t columns = std::min(kBlockColumns, ring.n());
  base::AlignedBuffer scratch((count + 1) * columns);
  std::uint64_t* v = scratch.data() + count * columns;
  std::array<std::uint64_t*, kernels::kMaxDotLength> y;
  for (std::size_t k = 0; k < count; ++k) {
    y[k] = scratch.data() + k * columns;
  }
  for (std::size_t begin = 0; begin < ring.n(); begin += columns) {
    for (std::size_t k = 0; k < count; ++k) {
      ring.kernels().multiply_scalar(y[k], x[k] + begin, inverse_hat_[k], columns,
                                     modulus_at(ring, source_[k]));
    }
    ring.kernels().overflow_count(v, y.data(), inverse_.data(), count, columns);
    for (const Target& target : targets) {
      ring.kernels().extend_limb(target.out + begin, y.data(), hat_[target.modulus].data(), count,
                                 v, product_[target.modulus], columns,
                                 modulus_at(ring, target.modulus));
    }
  }
}

ModDown::ModDown(const RingContext& ring) : extension_(ring, p_indices(ring)) {
  for (std::size_t i = 0; i < ring.q_count(); ++i) {
    inverse_p_.push_back(inverse_mod(ring.special_product(i), ring.q(i).value));
  }
}

void ModDown::apply(const RingContext& ring, Poly& in, Poly& out) const {
  const std::size_t n = in.n();
  const std::size_t q_limbs = in.q_limbs();
  if (out.n() != n || out.q_limbs() != q_limbs || out.p_limbs() != 0) {
    out = Poly(n, q_limbs, 0, Domain::kEvaluation);
  }
  out.set_domain(Domain::kEvaluation);
  std::vector<const std::uint64_t*> p_limbs;
  for (std::size_t j = 0; j < in.p_limbs(); ++j) {
    ring.inverse_ntt_limb(in.limb(q_limbs + j), ring.p_index(j));
    p_limbs.push_back(in.limb(q_limbs + j).data());
  }
  std::vector<BasisExtension::Target> remainders;
  for (std::size_t i = 0; i < q_limbs; ++i) {
    remainders.push_back({i, out.limb(i).data()});
  }
  extension_.extend(ring, p_limbs, remainders);
  for (std::size_t i = 0; i < q_limbs; ++i) {
    std::uint64_t* remainder = out.limb(i).data();
    ring.forward_ntt_limb(out.limb(i), i);
    ring.kernels().subtract_multiply_scalar(remainder, in.limb(i).data(), remainder, inverse_p_[i],
                                            n, ring.q(i));
  }
}

LastPrimeDivision::LastPrimeDivision(const RingContext& ring) : inverse_(ring.q_count()) {
  for (std::size_t l = 0; l < ring.q_count(); ++l) {
    for (std::size_t i = 0; i < l; ++i) {
      const std::uint64_t q = ring.q(i).value;
      inverse_[l].push_back(inverse_mod(ring.q(l).value % q, q));
    }
  }
}

void LastPrimeDivision::apply(const RingContext& ring, const Poly& in, Poly& out) const {
  if (in.q_limbs() < 2) {
    throw base::Error(base::ErrorCode::kLevelExhausted,
                      "rescaling needs a level of at least 1: level 0");
  }
  const std::size_t n = in.n();
  const std::size_t last = in.q_limbs() - 1;
  base::AlignedBuffer scratch(2 * n);
  const std::span<std::uint64_t> top(scratch.data(), n);
  const std::span<std::uint64_t> remainder(scratch.data() + n, n);
  std::memcpy(top.data(), in.limb(last).data(), n * sizeof(std::uint64_t));
  ring.inverse_ntt_limb(top, last);
  if (&out != &in) {
    out = Poly(n, last, 0, Domain::kEvaluation);
  }
  for (std::size_t i = 0; i < last; ++i) {
    ring.kernels().reduce_centred(remainder.data(), top.data(), n, ring.q(last).value, ring.q(i));
    ring.forward_ntt_limb(remainder, i);
    ring.kernels().subtract_multiply_scalar(out.limb(i).data(), in.limb(i).data(), remainder.data(),
                                            inverse_[last][i], n, ring.q(i));
  }
  if (&out == &in) {
    out.keep_q_limbs(last);
  }
}

}  // namespace blindfit::ring
