// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ring/ring_context.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <utility>

#include "blindfit/base/error.h"
#include "blindfit/ring/modular_arithmetic.h"

namespace blindfit::ring {
namespace {

using base::Error;
using base::ErrorCode;

void check_prime(std::uint64_t q, unsigned log_n) {
  const std::uint64_t two_n = std::uint64_t{1} << (log_n + 1);
  if (q >> kernels::kMaxModulusBits != 0 || q >> 16U == 0 || q % two_n != 1 || !is_prime(q)) {
    throw Error(ErrorCode::kInvalidArgument,
                "moduli must be primes in (2^16, 2^50) and = 1 mod 2N: " + std::to_string(q));
  }
}

/// Gives `out` the shape of `a`. An operand keeps its words: it has at least that many limbs.
void shape_like(const Poly& a, Poly& out) {
  out.reshape(a.n(), a.q_limbs(), a.p_limbs(), a.domain());
}

void require_compatible(const Poly& a, const Poly& b) {
  const bool same = a.p_limbs() == b.p_limbs() && a.q_limbs() == b.q_limbs();
  const bool prefix = a.p_limbs() == 0 && b.p_limbs() == 0 && a.q_limbs() <= b.q_limbs();
  if (a.n() != b.n() || a.domain() != b.domain() || !(same || prefix)) {
    throw Error(ErrorCode::kLevelMismatch,
                "polynomials must agree in domain and limbs: " + std::to_string(a.q_limbs()) + "+" +
                    std::to_string(a.p_limbs()) + " and " + std::to_string(b.q_limbs()) + "+" +
                    std::to_string(b.p_limbs()) + " limbs");
  }
}

template <typename Kernel>
void apply_binary(const RingContext& ring, const Poly& a, const Poly& b, Poly& out, Kernel kernel) {
  require_compatible(a, b);
  shape_like(a, out);
  for (std::size_t i = 0; i < a.limbs(); ++i) {
    kernel(out.limb(i).data(), a.limb(i).data(), b.limb(i).data(), a.n(), ring.modulus(a, i));
  }
}

}  // namespace

RingContext::RingContext(unsigned log_n, std::vector<std::uint64_t> q_primes,
                         std::vector<std::uint64_t> p_primes, const kernels::KernelTable& kernels)
    : log_n_(log_n), rows_(0), q_count_(q_primes.size()), kernels_(&kernels), table_words_(0) {
  if (log_n < 10 || log_n > 17) {
    throw Error(ErrorCode::kInvalidArgument, "log_n must be in [10, 17]: " + std::to_string(log_n));
  }
  rows_ = kernels.ntt_rows(log_n);
  std::vector<std::uint64_t> primes = std::move(q_primes);
  primes.insert(primes.end(), p_primes.begin(), p_primes.end());
  if (std::set<std::uint64_t>(primes.begin(), primes.end()).size() != primes.size()) {
    throw Error(ErrorCode::kInvalidArgument, "moduli must be distinct");
  }
  // A whole number of cache lines each, so that every table is aligned.
  table_words_ = (kernels.ntt_table_words(log_n) + 7) / 8 * 8;
  tables_ = base::AlignedBuffer(table_words_ * primes.size());
  moduli_.reserve(primes.size());
  for (std::size_t i = 0; i < primes.size(); ++i) {
    check_prime(primes[i], log_n);
    moduli_.push_back(kernels::make_modulus_constants(primes[i]));
    const std::uint64_t psi = primitive_root_of_unity(primes[i], log_n);
    imaginary_units_.push_back(power_mod(psi, n() / 2, primes[i]));
    kernels.ntt_build_table(tables_.data() + i * table_words_, moduli_.back(), psi, log_n);
  }
  for (std::size_t i = 0; i < q_count_; ++i) {
    std::uint64_t product = 1;
    for (std::size_t j = q_count_; j < primes.size(); ++j) {
      product = multiply_mod(product, primes[j] % primes[i], primes[i]);
    }
    special_products_.push_back(product);
  }
}

void RingContext::forward_ntt_limb(std::span<std::uint64_t> limb, std::size_t modulus_index) const {
  kernels_->forward_ntt(limb.data(), table(modulus_index), moduli_[modulus_index], log_n_);
}

void RingContext::inverse_ntt_limb(std::span<std::uint64_t> limb, std::size_t modulus_index) const {
  kernels_->inverse_ntt(limb.data(), table(modulus_index), moduli_[modulus_index], log_n_);
}

void inverse_ntt_rows(const RingContext& ring, std::span<std::uint64_t> limb,
                      std::size_t modulus_index) {
  for (std::size_t r = 0; r < ring.rows(); ++r) {
    ring.inverse_ntt_row(limb.data() + r * ring.row_size(), r, modulus_index);
  }
}

void forward_ntt_rows(const RingContext& ring, std::span<std::uint64_t> limb,
                      std::size_t modulus_index) {
  for (std::size_t r = 0; r < ring.rows(); ++r) {
    ring.forward_ntt_row(limb.data() + r * ring.row_size(), r, modulus_index);
  }
}

void to_evaluation(const RingContext& ring, Poly& poly) {
  for (std::size_t i = 0; i < poly.limbs(); ++i) {
    ring.forward_ntt_limb(poly.limb(i), ring.index(poly, i));
  }
  poly.set_domain(Domain::kEvaluation);
}

void to_coefficient(const RingContext& ring, Poly& poly) {
  for (std::size_t i = 0; i < poly.limbs(); ++i) {
    ring.inverse_ntt_limb(poly.limb(i), ring.index(poly, i));
  }
  poly.set_domain(Domain::kCoefficient);
}

void add(const RingContext& ring, const Poly& a, const Poly& b, Poly& out) {
  apply_binary(ring, a, b, out, ring.kernels().add);
}

void subtract(const RingContext& ring, const Poly& a, const Poly& b, Poly& out) {
  apply_binary(ring, a, b, out, ring.kernels().subtract);
}

void negate(const RingContext& ring, const Poly& a, Poly& out) {
  shape_like(a, out);
  for (std::size_t i = 0; i < a.limbs(); ++i) {
    ring.kernels().negate(out.limb(i).data(), a.limb(i).data(), a.n(), ring.modulus(a, i));
  }
}

void multiply(const RingContext& ring, const Poly& a, const Poly& b, Poly& out) {
  apply_binary(ring, a, b, out, ring.kernels().multiply);
}

void multiply_add(const RingContext& ring, const Poly& a, const Poly& b, Poly& accumulator) {
  require_compatible(accumulator, a);
  require_compatible(accumulator, b);
  for (std::size_t i = 0; i < accumulator.limbs(); ++i) {
    ring.kernels().multiply_add(accumulator.limb(i).data(), a.limb(i).data(), b.limb(i).data(),
                                accumulator.n(), ring.modulus(accumulator, i));
  }
}

void multiply_scalars(const RingContext& ring, const Poly& a,
                      std::span<const std::uint64_t> scalars, Poly& out) {
  shape_like(a, out);
  for (std::size_t i = 0; i < a.limbs(); ++i) {
    ring.kernels().multiply_scalar(out.limb(i).data(), a.limb(i).data(), scalars[ring.index(a, i)],
                                   a.n(), ring.modulus(a, i));
  }
}

Poly zero_poly(const RingContext& ring, std::size_t q_limbs, std::size_t p_limbs, Domain domain) {
  Poly poly(ring.n(), q_limbs, p_limbs, domain);
  for (std::size_t i = 0; i < poly.limbs(); ++i) {
    std::fill(poly.limb(i).begin(), poly.limb(i).end(), 0);
  }
  return poly;
}

void set_signed_limb(std::span<const std::int64_t> coefficients, std::uint64_t q,
                     std::span<std::uint64_t> limb) {
  for (std::size_t k = 0; k < coefficients.size(); ++k) {
    const auto c = static_cast<std::uint64_t>(coefficients[k]);
    limb[k] = c + (q & (0 - (c >> 63U)));
  }
}

void set_signed_coefficients(const RingContext& ring, std::span<const std::int64_t> coefficients,
                             Poly& out) {
  std::int64_t largest = 0;
  for (const std::int64_t c : coefficients) {
    largest = std::max(largest, c < 0 ? ~c : c);
  }
  for (std::size_t i = 0; i < out.limbs(); ++i) {
    const std::uint64_t q = ring.modulus(out, i).value;
    const std::span<std::uint64_t> limb = out.limb(i);
    // Without a division where none is needed: faster, and its time does not depend on the values,
    // which may be a secret error.
    if (largest < static_cast<std::int64_t>(q)) {
      set_signed_limb(coefficients, q, limb);
    } else {
      std::transform(coefficients.begin(), coefficients.end(), limb.begin(),
                     [q](std::int64_t c) { return reduce_signed(c, q); });
    }
  }
  out.set_domain(Domain::kCoefficient);
}

}  // namespace blindfit::ring
