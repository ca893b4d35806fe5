// SPDX-License-Identifier: Apache-2.0
#include "blindfit/owner/key_generation.h"

#include <utility>

#include "blindfit/base/csprng.h"
#include "blindfit/owner/samplers.h"
#include "blindfit/ring/modular_arithmetic.h"

namespace blindfit::owner {
namespace {

/// The limbs q_0 .. q_level and all p of a polynomial over the whole chain.
ring::Poly restrict(const rlwe::Context& context, const ring::Poly& full, std::size_t level) {
  ring::Poly out(full.n(), level + 1, context.ring().p_count(), ring::Domain::kEvaluation);
  for (std::size_t i = 0; i < out.limbs(); ++i) {
    const std::span<const std::uint64_t> from = full.limb(context.ring().index(out, i));
    std::copy(from.begin(), from.end(), out.limb(i).begin());
  }
  return out;
}

/// out += P * source on the limbs of digit d.
void add_digit(const rlwe::Context& context, const ring::Poly& source, std::size_t d,
               ring::Poly& out) {
  const ring::RingContext& ring = context.ring();
  const std::size_t first = d * context.parameters().digit_size();
  const std::size_t last = std::min(first + context.parameters().digit_size(), out.q_limbs());
  for (std::size_t i = first; i < last; ++i) {
    std::uint64_t p = 1;
    for (std::size_t j = 0; j < ring.p_count(); ++j) {
      p = ring::multiply_mod(p, ring.p(j).value % ring.q(i).value, ring.q(i).value);
    }
    ring.kernels().multiply_scalar_add(out.limb(i).data(), source.limb(i).data(), p, ring.n(),
                                       ring.q(i));
  }
}

/// b_d = -a_d target + e_d + P source on digit d; `source` and `target` over the whole chain.
rlwe::SwitchingKey generate(const rlwe::Context& context, const ring::Poly& source,
                            const ring::Poly& target, std::size_t level) {
  const ring::RingContext& ring = context.ring();
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
  const ring::Poly t = restrict(context, target, level);
  for (std::size_t d = 0; d < key.b.size(); ++d) {
    ring::Poly product;
    ring::multiply(ring, key.a[d], t, product);
    ring::subtract(ring, key.b[d], product, key.b[d]);
    add_digit(context, source, d, key.b[d]);
  }
  return key;
}

}  // namespace

rlwe::SwitchingKey generate_relinearization_key(const rlwe::Context& context,
                                                const SecretKey& secret, std::size_t level) {
  ring::Poly square;
  ring::multiply(context.ring(), secret.values(), secret.values(), square);
  return generate(context, square, secret.values(), level);
}

rlwe::GaloisKey generate_galois_key(const rlwe::Context& context, const SecretKey& secret,
                                    ring::GaloisElement element, std::size_t level) {
  const unsigned log_n = context.parameters().log_n();
  const ring::Automorphism undo = ring::make_automorphism(ring::inverse(element, log_n), log_n);
  ring::Poly target;
  ring::apply_automorphism(context.ring(), undo, secret.values(), target);
  return {ring::make_automorphism(element, log_n),
          generate(context, secret.values(), target, level)};
}

}  // namespace blindfit::owner
