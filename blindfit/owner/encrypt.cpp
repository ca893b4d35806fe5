// SPDX-License-Identifier: Apache-2.0
#include "blindfit/owner/encrypt.h"

#include "blindfit/base/csprng.h"
#include "blindfit/owner/samplers.h"
#include "blindfit/ring/uniform_sampler.h"
#include "blindfit/rlwe/switching_key.h"

namespace blindfit::owner {
namespace {

/// poly *= s, limb by limb, so that no copy of the secret is made that would have to be wiped.
void multiply_by_secret(const rlwe::Context& context, const SecretKey& secret, ring::Poly& poly) {
  const ring::RingContext& ring = context.ring();
  for (std::size_t i = 0; i < poly.limbs(); ++i) {
    std::uint64_t* limb = poly.limb(i).data();
    ring.kernels().multiply(limb, limb, secret.values().limb(i).data(), poly.n(), ring.q(i));
  }
}

}  // namespace

rlwe::SeededCiphertext encrypt(const rlwe::Context& context, const SecretKey& secret,
                               const rlwe::Plaintext& message) {
  const ring::RingContext& ring = context.ring();
  const std::size_t limbs = message.poly.q_limbs();
  rlwe::SeededCiphertext out;
  out.seed = base::random_seed();
  out.scale = message.scale;
  ring::Poly a = ring::uniform_poly(ring, rlwe::kCiphertextDomain, out.seed, 0, limbs, 0);
  out.c0 = ring::Poly(ring.n(), limbs, 0, ring::Domain::kCoefficient);
  std::vector<std::int64_t> error = sample_gaussian(ring.n());
  ring::set_signed_coefficients(ring, error, out.c0);
  base::wipe({reinterpret_cast<std::uint8_t*>(error.data()), error.size() * sizeof(error[0])});
  ring::to_evaluation(ring, out.c0);
  ring::add(ring, out.c0, message.poly, out.c0);
  multiply_by_secret(context, secret, a);
  ring::subtract(ring, out.c0, a, out.c0);
  return out;
}

rlwe::Plaintext decrypt(const rlwe::Context& context, const SecretKey& secret,
                        const rlwe::Ciphertext& ct) {
  ring::Poly sum = ct.parts.back();
  for (std::size_t k = ct.parts.size() - 1; k-- > 0;) {
    multiply_by_secret(context, secret, sum);
    ring::add(context.ring(), sum, ct.parts[k], sum);
  }
  return {std::move(sum), ct.scale};
}

}  // namespace blindfit::owner
