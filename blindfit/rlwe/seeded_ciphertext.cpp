// SPDX-License-Identifier: Apache-2.0
#include "blindfit/rlwe/seeded_ciphertext.h"

#include "blindfit/ring/uniform_sampler.h"
#include "blindfit/rlwe/switching_key.h"

namespace blindfit::rlwe {

Ciphertext expand(const Context& context, const SeededCiphertext& seeded) {
  Ciphertext ct;
  ct.scale = seeded.scale;
  ct.parts.push_back(seeded.c0);
  ct.parts.push_back(ring::uniform_poly(context.ring(), kCiphertextDomain, seeded.seed, 0,
                                        seeded.c0.q_limbs(), 0));
  return ct;
}

}  // namespace blindfit::rlwe
