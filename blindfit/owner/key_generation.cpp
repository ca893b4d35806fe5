// SPDX-License-Identifier: Apache-2.0
#include "blindfit/owner/key_generation.h"

#include <span>
#include <string>
#include <utility>

#include "blindfit/base/csprng.h"
#include "blindfit/owner/samplers.h"
#include "blindfit/rlwe/key_switch.h"

namespace blindfit::owner {
namespace {

/// The secrets of a key: over the whole chain, so that their limbs are in the order of the
/// context's moduli.
struct Ends {
  const ring::Poly& source;
  const ring::Poly& target;
};

void wipe_words(void* words, std::size_t count) {
  base::wipe({static_cast<std::uint8_t*>(words), count * sizeof(std::uint64_t)});
}

/// b_d = -a_d target + e_d + P source on digit d, both halves limb by limb, so that a limb is in
/// the cache until it is done.
void generate_digit(const rlwe::Context& context, const Ends& ends, rlwe::SwitchingKey& key,
                    std::size_t d) {
  const ring::RingContext& ring = context.ring();
  const std::size_t n = ring.n();
  const rlwe::LimbRange own = rlwe::own_limbs(context, key.b[d], d);
  std::vector<std::int64_t> error = sample_gaussian(n);
  base::AlignedBuffer product(n);
  for (std::size_t i = 0; i < key.b[d].limbs(); ++i) {
    const std::size_t m = ring.index(key.b[d], i);
    const auto& q = ring.modulus(m);
    const std::span<std::uint64_t> b = key.b[d].limb(i);
    ring::set_signed_limb(error, q.value, b);
    ring.forward_ntt_limb(b, m);
    rlwe::expand_limb(context, key, d, i);
    ring.kernels().multiply(product.data(), key.a[d].limb(i).data(), ends.target.limb(m).data(), n,
                            q);
    ring.kernels().subtract(b.data(), b.data(), product.data(), n, q);
    if (own.contains(i)) {
      ring.kernels().multiply_scalar_add(b.data(), ends.source.limb(m).data(),
                                         ring.special_product(i), n, q);
    }
  }
  wipe_words(error.data(), n);
  wipe_words(product.data(), n);  // a times the target, and everyone knows a
}

rlwe::SwitchingKey generate(const rlwe::Context& context, const Ends& ends, std::size_t level) {
  const ring::RingContext& ring = context.ring();
  if (level > context.parameters().max_level()) {
    throw base::Error(base::ErrorCode::kLevelMismatch,
                      "a key reaches a level of at most " +
                          std::to_string(context.parameters().max_level()) + ": " +
                          std::to_string(level));
  }
  rlwe::SwitchingKey key;
  key.seed = base::random_seed();
  for (std::size_t d = 0; d < context.parameters().digits(level); ++d) {
    key.b.emplace_back(ring.n(), level + 1, ring.p_count(), ring::Domain::kEvaluation);
    key.a.emplace_back(ring.n(), level + 1, ring.p_count(), ring::Domain::kEvaluation);
    generate_digit(context, ends, key, d);
  }
  return key;
}

}  // namespace

rlwe::SwitchingKey generate_relinearization_key(const rlwe::Context& context,
                                                const SecretKey& secret, std::size_t level) {
  SecretPoly square;
  ring::multiply(context.ring(), secret.values(), secret.values(), square.values);
  return generate(context, {square.values, secret.values()}, level);
}

rlwe::GaloisKey generate_galois_key(const rlwe::Context& context, const SecretKey& secret,
                                    ring::GaloisElement element, std::size_t level) {
  const unsigned log_n = context.parameters().log_n();
  const ring::Automorphism undo = ring::make_automorphism(ring::inverse(element, log_n), log_n);
  SecretPoly target;
  ring::apply_automorphism(context.ring(), undo, secret.values(), target.values);
  return {ring::make_automorphism(element, log_n),
          generate(context, {secret.values(), target.values}, level)};
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
  return {
      generate(tiny, {dense_in_tiny.values(), sparse_in_tiny.values()}, 0),
      generate(main, {sparse_in_main.values(), secret.values()}, main.parameters().max_level())};
}

}  // namespace blindfit::owner
