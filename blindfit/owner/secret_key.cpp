// SPDX-License-Identifier: Apache-2.0
#include "blindfit/owner/secret_key.h"

#include <string>
#include <utility>

#include "blindfit/base/error.h"
#include "blindfit/owner/samplers.h"

namespace blindfit::owner {

SecretPoly::~SecretPoly() {
  if (values.limbs() != 0) {
    base::wipe({reinterpret_cast<std::uint8_t*>(values.limb(0).data()),
                values.limbs() * values.n() * sizeof(std::uint64_t)});
  }
}

SecretKey::SecretKey(const rlwe::Context& context, std::vector<std::int8_t> coefficients)
    : coefficients_(std::move(coefficients)),
      values_(ring::Poly(context.ring().n(), context.ring().q_count(), context.ring().p_count(),
                         ring::Domain::kCoefficient)) {
  if (coefficients_.expose().size() != context.ring().n()) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "a secret key has one coefficient per ring dimension: " +
                          std::to_string(coefficients_.expose().size()));
  }
  ring::Poly& values = values_.values;
  for (std::size_t i = 0; i < values.limbs(); ++i) {
    const std::uint64_t q = context.ring().modulus(values, i).value;
    const std::span<std::uint64_t> limb = values.limb(i);
    for (std::size_t k = 0; k < limb.size(); ++k) {
      const std::int8_t c = coefficients_.expose()[k];
      if (c < -1 || c > 1) {
        throw base::Error(base::ErrorCode::kInvalidArgument,
                          "coefficients of a secret key must be in {-1, 0, 1}");
      }
      // Adds q under a mask, not a branch, so that timing does not depend on the secret.
      limb[k] = static_cast<std::uint64_t>(static_cast<std::int64_t>(c)) +
                (q & (0 - static_cast<std::uint64_t>(c < 0)));
    }
  }
  ring::to_evaluation(context.ring(), values);
}

SecretKey generate_secret_key(const rlwe::Context& context) {
  return SecretKey(context, sample_ternary(context.ring().n()));
}

}  // namespace blindfit::owner
