// SPDX-License-Identifier: Apache-2.0
// Bootstrapping [cheon2018bootstrapping]: mod_raise, coeffs_to_slots, eval_mod, slots_to_coeffs.
#pragma once

#include <span>
#include <vector>

#include "blindfit/bootstrap/coeffs_to_slots.h"
#include "blindfit/bootstrap/eval_mod.h"
#include "blindfit/bootstrap/slots_to_coeffs.h"
#include "blindfit/circuits/refresher.h"

namespace blindfit::bootstrap {

/// Independent public signs, +1 or -1, from the stream of `seed`: the same on every machine.
std::vector<double> public_signs(const base::Seed& seed, std::size_t count);

struct BootstrapOptions {
  unsigned log_slots = 0;
  ckks::Scale output_scale;
  /// Empty: the caller keeps the state multiplied by public signs, or otherwise away from messages
  /// whose coefficients are large (a constant is the worst one). Else one sign a slot: operands are
  /// multiplied by them at level 1, and again by the last matrix, which costs one level.
  std::span<const double> signs = {};
};

/// What the cloud needs besides the parameters. Everything must outlive the bootstrapper.
struct BootstrapMaterial {
  const ckks::Encoder& encoder;  ///< of the main context
  const ckks::Context& tiny;
  const ckks::EvaluationKeys& keys;
  const rlwe::EncapsulationKeys& encapsulation;
  base::ThreadPool* pool = nullptr;  ///< shares out one refresh; results do not depend on it
};

/// Immutable; thread-safe.
class Bootstrapper final : public circuits::Refresher {
 public:
  /// Encodes the matrices: seconds and gigabytes at N = 2^16 (matrix_bytes). Throws
  /// Error{kInvalidArgument} if options or material do not fit the parameters.
  Bootstrapper(const BootstrapParameters& parameters, const BootstrapMaterial& material,
               const BootstrapOptions& options);

  [[nodiscard]] const circuits::RefreshContract& contract() const noexcept override {
    return contract_;
  }
  /// Real and imaginary parts are refreshed at once. Cost: three transforms each way and one
  /// eval_mod, two for full packing. Throws as Refresher, and Error{kKeyMissing}.
  [[nodiscard]] ckks::Ciphertext refresh(const ckks::Ciphertext& ct) const override;

  /// Memory of the encoded matrices.
  [[nodiscard]] std::size_t matrix_bytes() const noexcept {
    return coeffs_to_slots_.bytes() + slots_to_coeffs_.bytes();
  }

 private:
  /// At level 0, multiplied by the integer that brings it to the message ratio.
  [[nodiscard]] ckks::Ciphertext prepared(const ckks::Ciphertext& ct) const;

  BootstrapMaterial material_;
  double message_ratio_;
  circuits::RefreshContract contract_;
  ckks::Scale eval_scale_;
  ckks::Plaintext signs_;  // no limbs if there are none
  EvalMod eval_mod_;
  CoeffsToSlots coeffs_to_slots_;
  SlotsToCoeffs slots_to_coeffs_;
};

}  // namespace blindfit::bootstrap
