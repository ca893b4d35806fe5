// SPDX-License-Identifier: Apache-2.0
#include "blindfit/owner/encrypt.h"

#include "blindfit/base/csprng.h"
#include "blindfit/owner/samplers.h"
#include "blindfit/ring/uniform_sampler.h"
#include "blindfit/rlwe/switching_key.h"

namespace blindfit::owner {
namespace {

/// s over q_0 .. q_level.
ring::Poly secret_at(const SecretKey& secret, std::size_t q_limbs) {
  ring::Poly out(secret.values().n(), q_limbs, 0, ring::Domain::kEvaluation);
  for (std::size_t i = 0; i < q_limbs; ++i) {
    const std::span<const std::uint64_t> from = secret.values().limb(i);
    std::copy(from.begin(), from.end(), out.limb(i).begin());
  }
  return out;
}

}  // namespace

rlwe::SeededCiphertext encrypt(const rlwe::Context& context, const SecretKey& secret,
                               const rlwe::Plaintext& message) {
  const ring::RingContext& ring = context.ring();
  const std::size_t limbs = message.poly.q_limbs();
  rlwe::SeededCiphertext out;
  out.seed = base::random_seed();
  out.scale = message.scale;
  const ring::Poly a = ring::uniform_poly(ring, rlwe::kCiphertextDomain, out.seed, 0, limbs, 0);
  out.c0 = ring::Poly(ring.n(), limbs, 0, ring::Domain::kCoefficient);
  std::vector<std::int64_t> error = sample_gaussian(ring.n());
  ring::set_signed_coefficients(ring, error, out.c0);
  base::wipe({reinterpret_cast<std::uint8_t*>(error.data()), error.size() * sizeof(error[0])});
  ring::to_evaluation(ring, out.c0);
  ring::add(ring, out.c0, message.poly, out.c0);
  ring::Poly product;
  ring::multiply(ring, a, secret_at(secret, limbs), product);
  ring::subtract(ring, out.c0, product, out.c0);
  return out;
}

rlwe::Plaintext decrypt(const rlwe::Context& context, const SecretKey& secret,
                        const rlwe::Ciphertext& ct) {
  const ring::Poly s = secret_at(secret, ct.parts.front().q_limbs());
  ring::Poly sum = ct.parts.back();
  for (std::size_t k = ct.parts.size() - 1; k-- > 0;) {
    ring::multiply(context.ring(), sum, s, sum);
    ring::add(context.ring(), sum, ct.parts[k], sum);
  }
  return {std::move(sum), ct.scale};
}

}  // namespace blindfit::owner
