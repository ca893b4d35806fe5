// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/mod_raise.h"

#include <algorithm>
#include <string>
#include <utility>

#include "blindfit/ring/modular_arithmetic.h"
#include "blindfit/rlwe/fused_key_switch.h"

namespace blindfit::bootstrap {
namespace {

using ckks::Ciphertext;
using ckks::Context;

/// c_0 + product, product: the ciphertext under the key's target.
Ciphertext switched(const Context& context, const rlwe::SwitchingKey& key, const Ciphertext& ct) {
  const ring::RingContext& ring = context.ring();
  Ciphertext out = ct;
  rlwe::switch_key(context, ct.parts[1], key, [&](const rlwe::SwitchedRow& row) {
    std::uint64_t* c0 = out.parts[0].limb(row.limb).data() + row.begin;
    std::uint64_t* c1 = out.parts[1].limb(row.limb).data() + row.begin;
    ring.kernels().add(c0, c0, row.u0 + row.begin, row.words, ring.q(row.limb));
    std::copy_n(row.u1 + row.begin, row.words, c1);
  });
  return out;
}

/// The centred coefficients modulo q_0, modulo every prime of `main`; evaluation domain.
ring::Poly raised(const Context& main, ring::Poly low) {
  const ring::RingContext& ring = main.ring();
  ring.inverse_ntt_limb(low.limb(0), 0);
  const std::uint64_t q0 = ring.q(0).value;
  ring::Poly out(ring.n(), ring.q_count(), 0, ring::Domain::kEvaluation);
  for (std::size_t i = 0; i < out.q_limbs(); ++i) {
    ring.kernels().reduce_centred(out.limb(i).data(), low.limb(0).data(), ring.n(), q0, ring.q(i));
    ring.forward_ntt_limb(out.limb(i), i);
  }
  return out;
}

}  // namespace

Ciphertext mod_raise(const Context& main, const Context& tiny, const rlwe::EncapsulationKeys& keys,
                     const Ciphertext& ct) {
  if (ct.level() != 0 || ct.degree() != 1) {
    throw base::Error(base::ErrorCode::kLevelMismatch,
                      "raising takes a ciphertext of degree 1 at level 0: degree " +
                          std::to_string(ct.degree()) + ", level " + std::to_string(ct.level()));
  }
  const Ciphertext sparse = switched(tiny, keys.to_sparse, ct);
  Ciphertext out{{raised(main, sparse.parts[0]), raised(main, sparse.parts[1])}, ct.scale};
  return switched(main, keys.from_sparse, out);
}

}  // namespace blindfit::bootstrap
