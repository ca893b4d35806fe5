// SPDX-License-Identifier: Apache-2.0
// Evaluation keys: gadget encryptions of one secret under another, each only up to the level at
// which it is used.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "blindfit/base/csprng.h"
#include "blindfit/ring/automorphism.h"
#include "blindfit/rlwe/context.h"

namespace blindfit::rlwe {

inline constexpr std::string_view kCiphertextDomain = "blindfit/v1/ciphertext";
inline constexpr std::string_view kSwitchingKeyDomain = "blindfit/v1/switching-key";

/// The pairs (b_d, a_d), d = 0 .. digits - 1, over q_0 .. q_level and all p, evaluation domain,
/// such that b_d + a_d t = P s [limbs of digit d] + e_d for source secret s and target secret t.
/// a_d is uniform_poly of stream d under kSwitchingKeyDomain and `seed`.
struct SwitchingKey {
  base::Seed seed{};
  std::vector<ring::Poly> b;
  std::vector<ring::Poly> a;

  [[nodiscard]] std::size_t level() const noexcept { return b.front().q_limbs() - 1; }
};
/// Fills limb i of key.a[d], which has the shape of key.b[d], from `key.seed`.
void expand_limb(const Context& context, SwitchingKey& key, std::size_t d, std::size_t i);
/// Fills `key.a` from `key.seed`, one polynomial per entry of `key.b`. Cost: the XOF over digits *
/// limbs * N words.
void expand_seed(const Context& context, SwitchingKey& key);

/// A key whose product is followed by the automorphism X -> X^g: it switches from s to the
/// automorphism's inverse image of s, so that the permutation is applied once to the result and not
/// to every digit.
struct GaloisKey {
  ring::Automorphism automorphism;
  SwitchingKey key;
};

/// The keys that one computation needs. Looked up, never registered globally.
class EvaluationKeys {
 public:
  void set_relinearization(SwitchingKey key) { relinearization_ = std::move(key); }
  void set_galois(GaloisKey key) {
    galois_.insert_or_assign(key.automorphism.element, std::move(key));
  }

  /// Throw Error{kKeyMissing} if there is no such key that reaches `level`; the message says which
  /// one.
  [[nodiscard]] const SwitchingKey& relinearization(std::size_t level) const;
  [[nodiscard]] const GaloisKey& galois(ring::GaloisElement element, std::size_t level) const;
  [[nodiscard]] std::size_t size() const noexcept {
    return galois_.size() + (relinearization_ ? 1 : 0);
  }

 private:
  std::optional<SwitchingKey> relinearization_;
  std::map<ring::GaloisElement, GaloisKey> galois_;
};

}  // namespace blindfit::rlwe
