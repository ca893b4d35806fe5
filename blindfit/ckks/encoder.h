// SPDX-License-Identifier: Apache-2.0
// Between vectors of N/2 complex numbers and polynomials: the canonical embedding of CKKS
// [cheon2017homomorphic, Sec. 3].
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "blindfit/rlwe/ciphertext.h"
#include "blindfit/rlwe/context.h"

namespace blindfit::ckks {

using rlwe::Ciphertext;
using rlwe::Context;
using rlwe::Plaintext;
using rlwe::Scale;
using Slots = std::vector<std::complex<double>>;

/// Slot j of a polynomial m is m(zeta^(5^j)), zeta = exp(i pi / N). Immutable tables; thread-safe.
class Encoder {
 public:
  explicit Encoder(const Context& context);

  [[nodiscard]] std::size_t slots() const noexcept { return slots_; }
  [[nodiscard]] const Context& context() const noexcept { return *context_; }

  /// Rounds scale * (inverse embedding of `values`) to integers. `values`: at most slots() numbers,
  /// zero beyond. Out: evaluation domain at `level`. Cost: one FFT and level + 1 NTTs. Throws
  /// Error{kInvalidArgument} if a coefficient reaches 2^62, that is if the message does not fit
  /// `scale`, and Error{kLevelMismatch} above max_level().
  [[nodiscard]] Plaintext encode(std::span<const std::complex<double>> values, Scale scale,
                                 std::size_t level) const;
  [[nodiscard]] Plaintext encode(std::span<const double> values, Scale scale,
                                 std::size_t level) const;
  /// The 2 slots() integers that encode reduces modulo the primes, for callers who need other ones
  /// (a plaintext over QP, say). Errors as encode.
  [[nodiscard]] std::vector<std::int64_t> integer_coefficients(
      std::span<const std::complex<double>> values, Scale scale) const;

  /// Centred coefficients / scale, embedded. In: evaluation domain. Exact where every |coefficient|
  /// < q_0 q_1 / 2 (q_0 / 2 at level 0), which any ciphertext that still decrypts satisfies. Cost:
  /// two inverse NTTs and one FFT.
  [[nodiscard]] Slots decode(const Plaintext& plaintext) const;

 private:
  const Context* context_;
  std::size_t slots_;
  std::vector<std::complex<double>> twist_;  // zeta^k, k < slots
  std::vector<std::complex<double>> roots_;  // exp(2 pi i k / slots), k < slots / 2
  std::vector<std::uint32_t> order_;         // FFT bin of slot j: (5^j - 1) / 4 mod slots
};

}  // namespace blindfit::ckks
