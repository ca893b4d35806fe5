// SPDX-License-Identifier: Apache-2.0
// One secure parameter set a ring degree with everything that its operations need, made once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "blindfit/ckks/encoder.h"
#include "blindfit/ckks/rotate.h"
#include "blindfit/owner/secret_key.h"

namespace blindfit::bench {

/// Rotations by 1 .. kRotations have keys.
inline constexpr std::int64_t kRotations = 16;

/// The set that is measured at a ring degree: at most 128-bit, dnum 3, and possible in OpenFHE with
/// the same limbs and digits. Requires 13 <= log_n <= 16.
rlwe::ParametersLiteral parameter_set(unsigned log_n);

/// What an operation is run on: one kernel family of one parameter set.
struct Session {
  const rlwe::Context& context;
  const ckks::Encoder& encoder;
  const owner::SecretKey& secret;
  const rlwe::EvaluationKeys& keys;  ///< relinearization, rotations, conjugation; highest level
  ckks::Scale scale;                 ///< that of a prime, as rescaling wants it

  /// A fresh encryption of numbers that `seed` determines.
  [[nodiscard]] ckks::Ciphertext encrypt(std::size_t level, std::uint64_t seed) const;
  [[nodiscard]] ckks::Plaintext encode(std::size_t level, std::uint64_t seed) const;
};

/// Keys are shared by all families, because every family computes the same bits. Not thread-safe.
class Workbench {
 public:
  explicit Workbench(unsigned log_n);

  [[nodiscard]] const rlwe::Parameters& parameters() const noexcept { return parameters_; }
  /// Throws the Error of kernels::find_kernels. The first session makes the keys (seconds).
  Session session(std::string_view isa);
  /// Bytes that one switching key takes in memory, both halves expanded.
  [[nodiscard]] double key_bytes() const;
  /// Bytes that a ciphertext of degree 1 takes in memory.
  [[nodiscard]] double ciphertext_bytes(std::size_t level) const;

 private:
  struct Family {
    Family(const rlwe::Parameters& parameters, std::string_view isa);
    rlwe::Context context;
    ckks::Encoder encoder;
  };
  void make_keys(const rlwe::Context& context);

  rlwe::Parameters parameters_;
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_;
  std::optional<owner::SecretKey> secret_;
  rlwe::EvaluationKeys keys_;
};

}  // namespace blindfit::bench
