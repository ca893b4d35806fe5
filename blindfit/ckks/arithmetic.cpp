// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ckks/arithmetic.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "blindfit/ring/modular_arithmetic.h"

namespace blindfit::ckks {
namespace {

using base::Error;
using base::ErrorCode;

void require_same_scale(Scale a, Scale b) {
  if (!a.matches(b)) {
    throw Error(ErrorCode::kScaleMismatch, "scales must be equal: 2^" + std::to_string(a.log2()) +
                                               " and 2^" + std::to_string(b.log2()));
  }
}

void require_factors(const Ciphertext& a, const Ciphertext& b) {
  if (a.degree() != 1 || b.degree() != 1) {
    throw Error(ErrorCode::kInvalidArgument, "factors must be relinearized to degree 1: degrees " +
                                                 std::to_string(a.degree()) + " and " +
                                                 std::to_string(b.degree()));
  }
}

/// An accumulator takes a * factor if scales match, it has a's parts and no more than their limbs.
void require_accumulator(const Ciphertext& accumulator, const Ciphertext& a, std::size_t level,
                         Scale factor) {
  require_same_scale(accumulator.scale, a.scale * factor);
  if (accumulator.degree() < a.degree()) {
    throw Error(ErrorCode::kInvalidArgument,
                "an accumulator must have at least the degree of its terms: " +
                    std::to_string(accumulator.degree()) + " < " + std::to_string(a.degree()));
  }
  if (accumulator.level() > level) {
    throw Error(ErrorCode::kLevelMismatch, "an accumulator must not stand above its terms: level " +
                                               std::to_string(accumulator.level()) + " > " +
                                               std::to_string(level));
  }
}

/// Orders two polynomials by level, as ring operations want the lower one first.
template <typename Operation>
void symmetric(const Context& context, const ring::Poly& a, const ring::Poly& b, ring::Poly& out,
               Operation operation) {
  if (a.q_limbs() <= b.q_limbs()) {
    operation(context.ring(), a, b, out);
  } else {
    operation(context.ring(), b, a, out);
  }
}

/// The first limbs of `poly`, which `out` may be.
void copy_prefix(const ring::Poly& poly, std::size_t q_limbs, ring::Poly& out) {
  out.reshape(poly.n(), q_limbs, 0, poly.domain());
  for (std::size_t i = 0; &out != &poly && i < q_limbs; ++i) {
    std::copy(poly.limb(i).begin(), poly.limb(i).end(), out.limb(i).begin());
  }
}

/// One integer per modulus, for multiply_scalars.
std::vector<std::uint64_t> residues(const Context& context, std::int64_t value) {
  std::vector<std::uint64_t> out;
  for (const std::uint64_t q : context.parameters().q_primes()) {
    out.push_back(ring::reduce_signed(value, q));
  }
  return out;
}

std::int64_t round_checked(double value) {
  if (!(std::abs(value) < 0x1p62)) {
    throw Error(ErrorCode::kInvalidArgument,
                "a scaled constant must be below 2^62: " + std::to_string(value));
  }
  return std::llrint(value);
}

/// Up to 2^126, so that constants can meet an unrescaled product; llrint would stop at 2^63.
ring::i128 round_to_wide(double value) {
  if (!(std::abs(value) < 0x1p126)) {
    throw Error(ErrorCode::kInvalidArgument,
                "an added constant must be below 2^126 once scaled: " + std::to_string(value));
  }
  return static_cast<ring::i128>(std::round(value));
}

void add_to_half(std::span<std::uint64_t> half, std::uint64_t c, std::uint64_t q) {
  for (std::uint64_t& x : half) {
    x = ring::add_mod(x, c, q);
  }
}

/// Calls block(limb, first word, words) for pieces of which seven fit the second-level cache, so
/// that operands that meet twice are read from memory once.
template <typename Block>
void for_each_block(const Context& context, std::size_t limbs, const Block& block) {
  const std::size_t n = std::min(context.ring().n(), std::size_t{8192});
  for (std::size_t i = 0; i < limbs; ++i) {
    for (std::size_t begin = 0; begin < context.ring().n(); begin += n) {
      block(i, begin, n);
    }
  }
}

/// The three components of a b, each brought to `out` by `bring` (multiply or multiply_add).
template <typename Kernel>
void tensor(const Context& context, const Ciphertext& a, const Ciphertext& b, Kernel bring,
            Ciphertext& out) {
  const auto& kernels = context.ring().kernels();
  for_each_block(context, out.level() + 1, [&](std::size_t i, std::size_t begin, std::size_t n) {
    const auto& q = context.ring().q(i);
    const std::uint64_t* a0 = a.parts[0].limb(i).data() + begin;
    const std::uint64_t* a1 = a.parts[1].limb(i).data() + begin;
    const std::uint64_t* b0 = b.parts[0].limb(i).data() + begin;
    const std::uint64_t* b1 = b.parts[1].limb(i).data() + begin;
    std::uint64_t* middle = out.parts[1].limb(i).data() + begin;
    bring(out.parts[0].limb(i).data() + begin, a0, b0, n, q);
    bring(middle, a0, b1, n, q);
    kernels.multiply_add(middle, a1, b0, n, q);
    bring(out.parts[2].limb(i).data() + begin, a1, b1, n, q);
  });
}

/// out's parts = those of a, times `factor` if there is one, divided by q_level. `out` may be `a`.
void rescale_product(const Context& context, const Ciphertext& a, const ring::Poly* factor,
                     std::size_t level, Ciphertext& out) {
  if (level == 0) {
    throw Error(ErrorCode::kLevelExhausted, "rescaling needs a level of at least 1: level 0");
  }
  out.parts.resize(a.parts.size());
  std::vector<ring::Dividend> from;
  std::vector<ring::Poly*> to;
  for (std::size_t k = 0; k < out.parts.size(); ++k) {
    from.push_back({&a.parts[k], factor});
    to.push_back(&out.parts[k]);
  }
  context.rescaling(level).apply(context.ring(), from, to);
}

}  // namespace

void add(const Context& context, const Ciphertext& a, const Ciphertext& b, Ciphertext& out) {
  require_same_scale(a.scale, b.scale);
  const Ciphertext& longer = a.degree() >= b.degree() ? a : b;
  const std::size_t shared = std::min(a.degree(), b.degree()) + 1;
  const std::size_t limbs = std::min(a.level(), b.level()) + 1;
  out.scale = a.scale;
  out.parts.resize(longer.parts.size());
  for (std::size_t k = 0; k < out.parts.size(); ++k) {
    if (k < shared) {
      symmetric(context, a.parts[k], b.parts[k], out.parts[k], ring::add);
    } else {
      copy_prefix(longer.parts[k], limbs, out.parts[k]);
    }
  }
}

void subtract(const Context& context, const Ciphertext& a, const Ciphertext& b, Ciphertext& out) {
  Ciphertext negated;
  negate(context, b, negated);
  add(context, a, negated, out);
}

void negate(const Context& context, const Ciphertext& a, Ciphertext& out) {
  out.parts.resize(a.parts.size());
  for (std::size_t k = 0; k < a.parts.size(); ++k) {
    ring::negate(context.ring(), a.parts[k], out.parts[k]);
  }
  out.scale = a.scale;
}

void add_plain(const Context& context, const Ciphertext& a, const Plaintext& b, Ciphertext& out) {
  require_same_scale(a.scale, b.scale);
  const std::size_t level = std::min(a.level(), b.level());
  if (&out != &a) {
    out = a;
  }
  drop_level(out, level);
  ring::add(context.ring(), out.parts[0], b.poly, out.parts[0]);
}

void add_constant(const Context& context, std::complex<double> value, Ciphertext& ct) {
  const ring::i128 real = round_to_wide(value.real() * ct.scale.value);
  const ring::i128 imag = round_to_wide(value.imag() * ct.scale.value);
  for (std::size_t i = 0; i <= ct.level(); ++i) {
    const std::uint64_t q = context.q(i);
    const std::uint64_t a = ring::reduce_signed(real, q);
    const std::uint64_t b = imag == 0 ? 0
                                      : ring::multiply_mod(ring::reduce_signed(imag, q),
                                                           context.ring().imaginary_unit(i), q);
    const std::span<std::uint64_t> limb = ct.parts[0].limb(i);
    add_to_half(limb.first(limb.size() / 2), ring::add_mod(a, b, q), q);
    add_to_half(limb.last(limb.size() / 2), ring::add_mod(a, b == 0 ? 0 : q - b, q), q);
  }
}

void multiply_plain(const Context& context, const Ciphertext& a, const Plaintext& b,
                    Ciphertext& out) {
  const std::size_t limbs = std::min(a.level(), b.level()) + 1;
  out.scale = a.scale * b.scale;
  out.parts.resize(a.parts.size());
  for (std::size_t k = 0; k < out.parts.size(); ++k) {
    out.parts[k].reshape(a.parts[k].n(), limbs, 0, ring::Domain::kEvaluation);
  }
  for_each_block(context, limbs, [&](std::size_t i, std::size_t begin, std::size_t n) {
    for (std::size_t k = 0; k < out.parts.size(); ++k) {
      context.ring().kernels().multiply(out.parts[k].limb(i).data() + begin,
                                        a.parts[k].limb(i).data() + begin,
                                        b.poly.limb(i).data() + begin, n, context.ring().q(i));
    }
  });
}

void multiply_plain_add(const Context& context, const Ciphertext& a, const Plaintext& b,
                        Ciphertext& accumulator) {
  require_accumulator(accumulator, a, std::min(a.level(), b.level()), b.scale);
  for (std::size_t k = 0; k < a.parts.size(); ++k) {
    ring::multiply_add(context.ring(), a.parts[k], b.poly, accumulator.parts[k]);
  }
}

void multiply_constant(const Context& context, const Ciphertext& a, double value,
                       Scale constant_scale, Ciphertext& out) {
  const std::vector<std::uint64_t> scalars =
      residues(context, round_checked(value * constant_scale.value));
  out.parts.resize(a.parts.size());
  for (std::size_t k = 0; k < a.parts.size(); ++k) {
    ring::multiply_scalars(context.ring(), a.parts[k], scalars, out.parts[k]);
  }
  out.scale = a.scale * constant_scale;
}

void multiply_constant_add(const Context& context, const Ciphertext& a, double value,
                           Scale constant_scale, Ciphertext& accumulator) {
  require_accumulator(accumulator, a, a.level(), constant_scale);
  const ring::RingContext& ring = context.ring();
  const std::int64_t scalar = round_checked(value * constant_scale.value);
  for (std::size_t i = 0; i <= accumulator.level(); ++i) {
    const std::uint64_t c = ring::reduce_signed(scalar, context.q(i));
    for (std::size_t k = 0; k < a.parts.size(); ++k) {
      ring.kernels().multiply_scalar_add(accumulator.parts[k].limb(i).data(),
                                         a.parts[k].limb(i).data(), c, ring.n(), ring.q(i));
    }
  }
}

void multiply_by_i(const Context& context, const Ciphertext& a, Ciphertext& out) {
  if (&out != &a) {
    out = a;
  }
  const ring::RingContext& ring = context.ring();
  const std::size_t half = ring.n() / 2;
  for (std::size_t i = 0; i <= a.level(); ++i) {
    const std::uint64_t root = ring.imaginary_unit(i);
    for (ring::Poly& part : out.parts) {
      std::uint64_t* limb = part.limb(i).data();
      ring.kernels().multiply_scalar(limb, limb, root, half, ring.q(i));
      ring.kernels().multiply_scalar(limb + half, limb + half, context.q(i) - root, half,
                                     ring.q(i));
    }
  }
}

Ciphertext zero_ciphertext(const Context& context, std::size_t level, Scale scale) {
  const ring::Poly zero = ring::zero_poly(context.ring(), level + 1, 0, ring::Domain::kEvaluation);
  return {{zero, zero}, scale};
}

Ciphertext multiply(const Context& context, const Ciphertext& a, const Ciphertext& b) {
  require_factors(a, b);
  const std::size_t limbs = std::min(a.level(), b.level()) + 1;
  Ciphertext product{{}, a.scale * b.scale};
  for (std::size_t k = 0; k < 3; ++k) {
    product.parts.emplace_back(context.ring().n(), limbs, 0, ring::Domain::kEvaluation);
  }
  tensor(context, a, b, context.ring().kernels().multiply, product);
  return product;
}

void multiply_add(const Context& context, const Ciphertext& a, const Ciphertext& b,
                  Ciphertext& accumulator) {
  if (accumulator.parts.empty()) {
    accumulator = multiply(context, a, b);
    return;
  }
  require_factors(a, b);
  require_same_scale(accumulator.scale, a.scale * b.scale);
  drop_level(accumulator, std::min({accumulator.level(), a.level(), b.level()}));
  if (accumulator.degree() == 1) {
    accumulator.parts.push_back(
        ring::zero_poly(context.ring(), accumulator.level() + 1, 0, ring::Domain::kEvaluation));
  }
  tensor(context, a, b, context.ring().kernels().multiply_add, accumulator);
}

void rescale(const Context& context, Ciphertext& ct) {
  rescale_product(context, ct, nullptr, ct.level(), ct);
  ct.scale = ct.scale / Scale{static_cast<double>(context.q(ct.level() + 1))};
}

void multiply_plain_and_rescale(const Context& context, const Ciphertext& a, const Plaintext& b,
                                Ciphertext& out) {
  const Scale product = a.scale * b.scale;
  rescale_product(context, a, &b.poly, std::min(a.level(), b.level()), out);
  out.scale = product / Scale{static_cast<double>(context.q(out.level() + 1))};
}

void drop_level(Ciphertext& ct, std::size_t level) {
  if (level > ct.level()) {
    throw Error(ErrorCode::kLevelMismatch,
                "a level can only be dropped to a lower one: " + std::to_string(ct.level()) +
                    " to " + std::to_string(level));
  }
  for (ring::Poly& part : ct.parts) {
    part.keep_q_limbs(level + 1);
  }
}

}  // namespace blindfit::ckks
