// SPDX-License-Identifier: Apache-2.0
#include "blindfit/rlwe/switching_key.h"

#include <string>

#include "blindfit/ring/uniform_sampler.h"

namespace blindfit::rlwe {
namespace {

[[noreturn]] void fail(const std::string& which, std::size_t level) {
  throw base::Error(base::ErrorCode::kKeyMissing,
                    "an evaluation key is missing or ends below the level of use: " + which +
                        " at level " + std::to_string(level));
}

}  // namespace

void expand_limb(const Context& context, SwitchingKey& key, std::size_t d, std::size_t i) {
  ring::fill_uniform(context.ring(), {kSwitchingKeyDomain, key.seed, d},
                     context.ring().index(key.a[d], i), key.a[d].limb(i));
}

void expand_seed(const Context& context, SwitchingKey& key) {
  key.a.resize(key.b.size());
  for (std::size_t d = 0; d < key.b.size(); ++d) {
    const ring::Poly& b = key.b[d];
    key.a[d].reshape(b.n(), b.q_limbs(), b.p_limbs(), ring::Domain::kEvaluation);
    for (std::size_t i = 0; i < b.limbs(); ++i) {
      expand_limb(context, key, d, i);
    }
  }
}

const SwitchingKey& EvaluationKeys::relinearization(std::size_t level) const {
  if (!relinearization_ || relinearization_->level() < level) {
    fail("relinearization", level);
  }
  return *relinearization_;
}

const GaloisKey& EvaluationKeys::galois(ring::GaloisElement element, std::size_t level) const {
  const auto found = galois_.find(element);
  if (found == galois_.end() || found->second.key.level() < level) {
    fail("Galois element " + std::to_string(element.value), level);
  }
  return found->second;
}

}  // namespace blindfit::rlwe
