// SPDX-License-Identifier: Apache-2.0
// How both transforms are laid out over levels, offsets and keys, before anything is encoded.
#pragma once

#include <vector>

#include "blindfit/bootstrap/dft.h"
#include "blindfit/bootstrap/parameters.h"

namespace blindfit::bootstrap {

/// One matrix: its operand is rotated by `in` slots, its result by `out`, so that all offsets are
/// multiples 0, 1, ... of the stride.
struct TransformStage {
  DftStage dft;
  std::size_t level = 0;
  std::size_t in = 0;
  std::size_t out = 0;
  std::size_t offsets = 0;
  circuits::BabyGiant order;
};

/// Both transforms for messages of 2^log_slots slots.
struct TransformPlan {
  unsigned log_slots = 0;
  /// Slots after which vectors repeat: s for full packing, else 2s, real and imaginary parts side
  /// by side.
  std::size_t period = 1;
  /// In order of application: widest blocks first. The first operand repeats after s slots.
  std::vector<TransformStage> coeffs_to_slots;
  std::vector<TransformStage> slots_to_coeffs;  ///< narrowest blocks first

  [[nodiscard]] std::size_t slots() const noexcept { return std::size_t{1} << log_slots; }
  /// Rotation that has to be undone after the last stage.
  [[nodiscard]] std::size_t rotation() const noexcept { return slots_to_coeffs.back().out; }
};

/// Throws Error{kInvalidArgument} if there are more than N / 2 slots.
TransformPlan plan_transforms(const BootstrapParameters& parameters, unsigned log_slots);

/// A key that bootstrapping uses, and the highest level at which it does.
struct GaloisKeyNeed {
  ring::GaloisElement element;
  std::size_t level;
  bool operator==(const GaloisKeyNeed&) const = default;
};
/// All of them, each element once, ascending. Relinearization is needed at layout().eval_mod
/// besides.
std::vector<GaloisKeyNeed> required_galois_elements(const BootstrapParameters& parameters,
                                                    unsigned log_slots);

/// Bytes of words of all keys of one bootstrapper: those above, relinearization and encapsulation.
struct KeyBytes {
  double files = 0;     ///< the uniform halves as seeds, primes packed to their bits
  double resident = 0;  ///< both halves expanded to words
};
KeyBytes key_bytes(const BootstrapParameters& parameters, unsigned log_slots);

}  // namespace blindfit::bootstrap
