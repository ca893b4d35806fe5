// SPDX-License-Identifier: Apache-2.0
#include "blindfit/owner/secret_key.h"

#include <string>
#include <utility>

#include "blindfit/base/csprng.h"
#include "blindfit/base/error.h"
#include "blindfit/owner/samplers.h"

namespace blindfit::owner {

SecretKey::SecretKey(const rlwe::Context& context, std::vector<std::int8_t> coefficients)
    : coefficients_(std::move(coefficients)),
      values_(context.ring().n(), context.ring().q_count(), context.ring().p_count(),
              ring::Domain::kCoefficient) {
  if (coefficients_.size() != context.ring().n()) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "a secret key has one coefficient per ring dimension: " +
                          std::to_string(coefficients_.size()));
  }
  for (std::size_t i = 0; i < values_.limbs(); ++i) {
    const std::uint64_t q = context.ring().modulus(values_, i).value;
    const std::span<std::uint64_t> limb = values_.limb(i);
    for (std::size_t k = 0; k < limb.size(); ++k) {
      const std::int8_t c = coefficients_[k];
      if (c < -1 || c > 1) {
        throw base::Error(base::ErrorCode::kInvalidArgument,
                          "coefficients of a secret key must be in {-1, 0, 1}");
      }
      // Adds q under a mask, not a branch, so that timing does not depend on the secret.
      limb[k] = static_cast<std::uint64_t>(static_cast<std::int64_t>(c)) +
                (q & (0 - static_cast<std::uint64_t>(c < 0)));
    }
  }
  ring::to_evaluation(context.ring(), values_);
}

SecretKey::~SecretKey() {
  base::wipe({reinterpret_cast<std::uint8_t*>(coefficients_.data()), coefficients_.size()});
  if (values_.limbs() != 0 && values_.limb(0).data() != nullptr) {
    base::wipe({reinterpret_cast<std::uint8_t*>(values_.limb(0).data()),
                values_.limbs() * values_.n() * sizeof(std::uint64_t)});
  }
}

SecretKey generate_secret_key(const rlwe::Context& context) {
  return SecretKey(context, sample_ternary(context.ring().n()));
}

}  // namespace blindfit::owner
