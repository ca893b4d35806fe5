// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/key_requirements.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "blindfit/bootstrap/transform_plan.h"

namespace blindfit::learn {

bool covers(const KeyRequirements& have, const KeyRequirements& need) {
  const auto reaches = [&have](const auto& entry) {
    const auto found = have.galois.find(entry.first);
    return found != have.galois.end() && found->second >= entry.second;
  };
  const bool relinearizes =
      !need.relinearization ||
      (have.relinearization && *have.relinearization >= *need.relinearization);
  return relinearizes && (have.encapsulation || !need.encapsulation) &&
         std::all_of(need.galois.begin(), need.galois.end(), reaches);
}

double chain_bits(const rlwe::ParametersLiteral& literal, std::size_t level) {
  const auto end = literal.log_q.begin() + static_cast<std::ptrdiff_t>(level + 1);
  return std::accumulate(literal.log_q.begin(), end, 0.0);
}

KeyBytes key_bytes(const rlwe::Parameters& parameters, std::size_t level) {
  const auto digits = static_cast<double>(parameters.digits(level));
  const auto n = static_cast<double>(parameters.n());
  const auto limbs = static_cast<double>(level + 1 + parameters.p_primes().size());
  const std::vector<unsigned>& special = parameters.literal().log_p;
  const double bits = chain_bits(parameters.literal(), level) +
                      std::accumulate(special.begin(), special.end(), 0.0);
  return {digits * n * bits / 8, 2 * digits * n * limbs * sizeof(std::uint64_t)};
}

KeyBytes key_bytes(const rlwe::Parameters& parameters, const KeyRequirements& keys) {
  KeyBytes sum;
  const auto add = [&](std::size_t level) {
    const KeyBytes bytes = key_bytes(parameters, level);
    sum.file += bytes.file;
    sum.resident += bytes.resident;
  };
  if (keys.relinearization) {
    add(*keys.relinearization);
  }
  for (const auto& [element, level] : keys.galois) {
    add(level);
  }
  return sum;
}

KeyRequirements refresh_keys(const bootstrap::BootstrapParameters& parameters, unsigned log_slots) {
  KeyRequirements keys;
  keys.relinearization = parameters.layout().eval_mod;
  for (const bootstrap::GaloisKeyNeed& need :
       bootstrap::required_galois_elements(parameters, log_slots)) {
    std::size_t& level = keys.galois[need.element];
    level = std::max(level, need.level);
  }
  keys.encapsulation = true;
  return keys;
}

}  // namespace blindfit::learn
