// SPDX-License-Identifier: Apache-2.0
#include "blindfit/owner/key_generation.h"

#include <algorithm>
#include <string>
#include <utility>

#include "blindfit/base/csprng.h"
#include "blindfit/owner/samplers.h"
#include "blindfit/ring/modular_arithmetic.h"

namespace blindfit::owner {
namespace {

/// out = a * target on a's limbs; `target` over the whole chain, so that its limbs are in the order
/// of the context's moduli.
void multiply_limbs(const ring::RingContext& ring, const ring::Poly& a, const ring::Poly& target,
                    ring::Poly& out) {
  for (std::size_t i = 0; i < a.limbs(); ++i) {
    ring.kernels().multiply(out.limb(i).data(), a.limb(i).data(),
                            target.limb(ring.index(a, i)).data(), a.n(), ring.modulus(a, i));
  }
}

/// out += P * source on the limbs of digit d.
void add_digit(const rlwe::Context& context, const ring::Poly& source, std::size_t d,
               ring::Poly& out) {
  const ring::RingContext& ring = context.ring();
  const std::size_t first = d * context.parameters().digit_size();
  const std::size_t last = std::min(first + context.parameters().digit_size(), out.q_limbs());
  for (std::size_t i = first; i < last; ++i) {
    ring.kernels().multiply_scalar_add(out.limb(i).data(), source.limb(i).data(),
                                       ring.special_product(i), ring.n(), ring.q(i));
  }
}

/// b_d = -a_d target + e_d + P source on digit d; `source` and `target` over the whole chain.
rlwe::SwitchingKey generate(const rlwe::Context& context, const ring::Poly& source,
                            const ring::Poly& target, std::size_t level) {
  const ring::RingContext& ring = context.ring();
  if (level > context.parameters().max_level()) {
    throw base::Error(base::ErrorCode::kLevelMismatch,
                      "a key reaches a level of at most " +
                          std::to_string(context.parameters().max_level()) + ": " +
                          std::to_string(level));
  }
  rlwe::SwitchingKey key;
  key.seed = base::random_seed();
  key.b.resize(context.parameters().digits(level));
  for (ring::Poly& b : key.b) {
    b = ring::Poly(ring.n(), level + 1, ring.p_count(), ring::Domain::kCoefficient);
    std::vector<std::int64_t> error = sample_gaussian(ring.n());
    ring::set_signed_coefficients(ring, error, b);
    base::wipe({reinterpret_cast<std::uint8_t*>(error.data()), error.size() * sizeof(error[0])});
    ring::to_evaluation(ring, b);
  }
  rlwe::expand_seed(context, key);
  ring::Poly product(ring.n(), level + 1, ring.p_count(), ring::Domain::kEvaluation);
  for (std::size_t d = 0; d < key.b.size(); ++d) {
    multiply_limbs(ring, key.a[d], target, product);
    ring::subtract(ring, key.b[d], product, key.b[d]);
    add_digit(context, source, d, key.b[d]);
  }
  return key;
}

}  // namespace

rlwe::SwitchingKey generate_relinearization_key(const rlwe::Context& context,
                                                const SecretKey& secret, std::size_t level) {
  SecretPoly square;
  ring::multiply(context.ring(), secret.values(), secret.values(), square.values);
  return generate(context, square.values, secret.values(), level);
}

rlwe::GaloisKey generate_galois_key(const rlwe::Context& context, const SecretKey& secret,
                                    ring::GaloisElement element, std::size_t level) {
  const unsigned log_n = context.parameters().log_n();
  const ring::Automorphism undo = ring::make_automorphism(ring::inverse(element, log_n), log_n);
  SecretPoly target;
  ring::apply_automorphism(context.ring(), undo, secret.values(), target.values);
  return {ring::make_automorphism(element, log_n),
          generate(context, secret.values(), target.values, level)};
}

// Context by context, because a SecretKey holds its values modulo one context's primes.
rlwe::EncapsulationKeys generate_encapsulation_keys(const rlwe::Context& main,
                                                    const rlwe::Context& tiny,
                                                    const SecretKey& secret) {
  rlwe::require_encapsulation(main.parameters(), tiny.parameters());
  std::vector<std::int8_t> coefficients =
      sample_sparse(main.ring().n(), rlwe::kEncapsulationWeight);
  const SecretKey sparse_in_tiny(tiny, coefficients);
  const SecretKey sparse_in_main(main, std::move(coefficients));
  const SecretKey dense_in_tiny(tiny, secret.coefficients());
  return {generate(tiny, dense_in_tiny.values(), sparse_in_tiny.values(), 0),
          generate(main, sparse_in_main.values(), secret.values(), main.parameters().max_level())};
}

}  // namespace blindfit::owner
