// SPDX-License-Identifier: Apache-2.0
// Parameters of the ring-LWE instance: an open literal, a closed checked object, one `make`.
#pragma once

#include <cstdint>
#include <vector>

#include "blindfit/base/csprng.h"
#include "blindfit/base/error.h"

namespace blindfit::testing {
class InsecureParameters;
}

namespace blindfit::rlwe {

/// What a person writes down. Primes are chosen from it deterministically: for each entry in order
/// (q first), the largest free prime of exactly that many bits that is 1 mod 2N.
struct ParametersLiteral {
  unsigned log_n = 15;
  std::vector<unsigned> log_q;  ///< bits of q_0, q_1, ..., each in [max(17, log_n + 4), 50]
  std::vector<unsigned> log_p;  ///< bits of the special primes p_0, ... of key switching
  unsigned digit_size =
      0;  ///< q-primes in a digit of the gadget; 0 means as many as there are special primes
  bool operator==(const ParametersLiteral&) const = default;
};

/// Immutable and valid: at most 128-bit log2(QP), distinct primes, P large enough for every digit.
class Parameters {
 public:
  /// Errors: kInvalidArgument names the field and its value; kInsecureParameters states log2(QP)
  /// and the cap.
  static base::Result<Parameters> make(const ParametersLiteral& literal);

  [[nodiscard]] const ParametersLiteral& literal() const noexcept { return literal_; }
  [[nodiscard]] unsigned log_n() const noexcept { return literal_.log_n; }
  [[nodiscard]] std::size_t n() const noexcept { return std::size_t{1} << literal_.log_n; }
  [[nodiscard]] std::size_t slots() const noexcept { return n() / 2; }
  [[nodiscard]] const std::vector<std::uint64_t>& q_primes() const noexcept { return q_primes_; }
  [[nodiscard]] const std::vector<std::uint64_t>& p_primes() const noexcept { return p_primes_; }
  [[nodiscard]] std::size_t max_level() const noexcept { return q_primes_.size() - 1; }
  [[nodiscard]] std::size_t digit_size() const noexcept { return digit_size_; }
  /// Digits of a polynomial at `level`.
  [[nodiscard]] std::size_t digits(std::size_t level) const noexcept {
    return level / digit_size_ + 1;
  }
  /// log2(Q P): what the security table bounds. Keys at lower levels use divisors of this modulus.
  [[nodiscard]] double log_qp() const noexcept { return log_qp_; }
  /// BLAKE2b-256 over the canonical encoding of docs/format.md; every file carries it.
  [[nodiscard]] const base::Digest& fingerprint() const noexcept { return fingerprint_; }

 private:
  friend class ::blindfit::testing::InsecureParameters;
  Parameters() = default;
  static base::Result<Parameters> make_unchecked(const ParametersLiteral& literal);

  ParametersLiteral literal_;
  std::vector<std::uint64_t> q_primes_;
  std::vector<std::uint64_t> p_primes_;
  std::size_t digit_size_ = 0;
  double log_qp_ = 0;
  base::Digest fingerprint_{};
};

}  // namespace blindfit::rlwe
