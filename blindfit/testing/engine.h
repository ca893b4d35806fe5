// SPDX-License-Identifier: Apache-2.0
// Both sides of the protocol in one object, for tests only: a context, a secret key, evaluation
// keys and an encoder.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include "blindfit/ckks/encoder.h"
#include "blindfit/ckks/rotate.h"
#include "blindfit/owner/secret_key.h"

namespace blindfit::testing {

/// A context with a fresh secret key; keys are added as a test needs them. Not copyable.
class Engine {
 public:
  /// Makes insecure parameters of `literal` on the default kernels, or on the family `kernels`.
  explicit Engine(const rlwe::ParametersLiteral& literal, std::string_view kernels = {});

  [[nodiscard]] const rlwe::Context& context() const noexcept { return *context_; }
  [[nodiscard]] const ckks::Encoder& encoder() const noexcept { return encoder_; }
  [[nodiscard]] const owner::SecretKey& secret() const noexcept { return secret_; }
  [[nodiscard]] const rlwe::EvaluationKeys& keys() const noexcept { return keys_; }
  [[nodiscard]] std::size_t max_level() const noexcept;
  [[nodiscard]] std::size_t slots() const noexcept { return encoder_.slots(); }

  /// Keys up to `level`, by default the highest.
  void add_relinearization_key();
  void add_relinearization_key(std::size_t level);
  void add_rotation_keys(std::initializer_list<std::int64_t> steps);
  void add_galois_key(ring::GaloisElement element, std::size_t level);
  void add_conjugation_key();

  [[nodiscard]] ckks::Ciphertext encrypt(std::span<const std::complex<double>> values,
                                         ckks::Scale scale, std::size_t level) const;
  [[nodiscard]] ckks::Slots decrypt(const ckks::Ciphertext& ct) const;

 private:
  std::shared_ptr<const rlwe::Context> context_;
  ckks::Encoder encoder_;
  owner::SecretKey secret_;
  rlwe::EvaluationKeys keys_;
};

/// `count` complex numbers with both parts uniform in [-magnitude, magnitude], the same for the
/// same `seed` on every platform.
ckks::Slots random_slots(std::size_t count, double magnitude, std::uint64_t seed);

/// The largest deviation of any real or imaginary part. Throws Error{kInvalidArgument} if the sizes
/// differ; infinite if any part is not a number.
double worst_error(std::span<const std::complex<double>> measured,
                   std::span<const std::complex<double>> expected);

}  // namespace blindfit::testing
