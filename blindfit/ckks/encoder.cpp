// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ckks/encoder.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include "blindfit/ring/modular_arithmetic.h"

namespace blindfit::ckks {
namespace {

using Complex = std::complex<double>;

// std::complex multiplication checks for NaN, which costs more than the product itself.
Complex product(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

Complex unit(double turns) {
  const double angle = 2 * std::numbers::pi * turns;
  return {std::cos(angle), std::sin(angle)};
}

void bit_reverse(std::vector<Complex>& x) {
  const std::size_t n = x.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1U;
    for (; (j & bit) != 0; bit >>= 1U) {
      j ^= bit;
    }
    j ^= bit;
    if (i < j) {
      std::swap(x[i], x[j]);
    }
  }
}

/// In place X_m = sum_k x_k exp(sign 2 pi i k m / n), natural order; roots[k] = exp(2 pi i k / n).
void fourier(std::vector<Complex>& x, const std::vector<Complex>& roots, bool conjugate_roots) {
  bit_reverse(x);
  const std::size_t n = x.size();
  for (std::size_t half = 1; half < n; half *= 2) {
    const std::size_t stride = n / (2 * half);
    for (std::size_t block = 0; block < n; block += 2 * half) {
      for (std::size_t j = 0; j < half; ++j) {
        const Complex w = conjugate_roots ? std::conj(roots[j * stride]) : roots[j * stride];
        const Complex t = product(x[block + half + j], w);
        x[block + half + j] = x[block + j] - t;
        x[block + j] += t;
      }
    }
  }
}

/// The nearest integer. Comparing this way round refuses NaN as well.
std::int64_t round_checked(double value, Scale scale) {
  if (!(std::abs(value) < 0x1p62)) {
    throw base::Error(
        base::ErrorCode::kInvalidArgument,
        "encoded coefficients must be finite and below 2^62: " + std::to_string(value) +
            " at a scale of 2^" + std::to_string(scale.log2()));
  }
  return std::llrint(value);
}

/// The centred value of a coefficient given modulo q_0 and q_1.
ring::i128 combine(std::uint64_t x0, std::uint64_t x1, std::uint64_t q0, std::uint64_t q1,
                   std::uint64_t inverse_q0) {
  const std::uint64_t difference = ring::add_mod(x1, q1 - x0 % q1, q1);
  const std::uint64_t high = ring::multiply_mod(difference, inverse_q0, q1);
  const ring::i128 value = static_cast<ring::i128>(high) * q0 + x0;
  const ring::i128 modulus = static_cast<ring::i128>(q0) * q1;
  return value > modulus / 2 ? value - modulus : value;
}

}  // namespace

Encoder::Encoder(const Context& context)
    : context_(&context),
      slots_(context.parameters().slots()),
      twist_(slots_),
      roots_(slots_ / 2),
      order_(slots_) {
  const auto n = static_cast<double>(slots_);
  for (std::size_t k = 0; k < slots_; ++k) {
    twist_[k] = unit(static_cast<double>(k) / (4 * n));
  }
  for (std::size_t k = 0; k < slots_ / 2; ++k) {
    roots_[k] = unit(static_cast<double>(k) / n);
  }
  std::uint64_t power = 1;
  for (std::size_t j = 0; j < slots_; ++j) {
    order_[j] = static_cast<std::uint32_t>((power - 1) / 4);
    power = power * 5 % (4 * slots_);
  }
}

// With n = N/2 and zeta_j = zeta^(5^j), zeta_j^n = i for every j. So m(zeta_j) = sum_k (m_k + i
// m_(k+n)) zeta_j^k over k < n, and since 5^j = 1 + 4 t_j this is bin t_j of the DFT of (m_k + i
// m_(k+n)) zeta^k.
std::vector<std::int64_t> Encoder::integer_coefficients(std::span<const Complex> values,
                                                        Scale scale) const {
  if (values.size() > slots_) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "a message has at most " + std::to_string(slots_) +
                          " slots: " + std::to_string(values.size()));
  }
  std::vector<Complex> x(slots_);
  for (std::size_t j = 0; j < values.size(); ++j) {
    x[order_[j]] = values[j];
  }
  fourier(x, roots_, true);
  std::vector<std::int64_t> coefficients(2 * slots_);
  const double factor = scale.value / static_cast<double>(slots_);
  for (std::size_t k = 0; k < slots_; ++k) {
    const Complex c = product(x[k], std::conj(twist_[k])) * factor;
    coefficients[k] = round_checked(c.real(), scale);
    coefficients[k + slots_] = round_checked(c.imag(), scale);
  }
  return coefficients;
}

Plaintext Encoder::encode(std::span<const Complex> values, Scale scale, std::size_t level) const {
  if (level > context_->parameters().max_level()) {
    throw base::Error(base::ErrorCode::kLevelMismatch,
                      "a message is encoded at a level of at most " +
                          std::to_string(context_->parameters().max_level()) + ": " +
                          std::to_string(level));
  }
  const std::vector<std::int64_t> coefficients = integer_coefficients(values, scale);
  Plaintext plaintext{ring::Poly(2 * slots_, level + 1, 0, ring::Domain::kCoefficient), scale};
  ring::set_signed_coefficients(context_->ring(), coefficients, plaintext.poly);
  ring::to_evaluation(context_->ring(), plaintext.poly);
  return plaintext;
}

Plaintext Encoder::encode(std::span<const double> values, Scale scale, std::size_t level) const {
  return encode(Slots(values.begin(), values.end()), scale, level);
}

Slots Encoder::decode(const Plaintext& plaintext) const {
  const ring::RingContext& ring = context_->ring();
  const std::size_t limbs = std::min<std::size_t>(2, plaintext.poly.q_limbs());
  ring::Poly low(2 * slots_, limbs, 0, ring::Domain::kEvaluation);
  for (std::size_t i = 0; i < limbs; ++i) {
    std::copy(plaintext.poly.limb(i).begin(), plaintext.poly.limb(i).end(), low.limb(i).begin());
  }
  ring::to_coefficient(ring, low);
  const std::uint64_t q0 = ring.q(0).value;
  const std::uint64_t q1 = limbs == 2 ? ring.q(1).value : 0;
  const std::uint64_t inverse_q0 = limbs == 2 ? ring::inverse_mod(q0 % q1, q1) : 0;
  const auto coefficient = [&](std::size_t k) {
    if (limbs == 1) {
      return static_cast<double>(ring::centred(low.limb(0)[k], q0));
    }
    return static_cast<double>(combine(low.limb(0)[k], low.limb(1)[k], q0, q1, inverse_q0));
  };
  std::vector<Complex> x(slots_);
  for (std::size_t k = 0; k < slots_; ++k) {
    x[k] = product({coefficient(k), coefficient(k + slots_)}, twist_[k]) / plaintext.scale.value;
  }
  fourier(x, roots_, false);
  Slots values(slots_);
  for (std::size_t j = 0; j < slots_; ++j) {
    values[j] = x[order_[j]];
  }
  return values;
}

}  // namespace blindfit::ckks
