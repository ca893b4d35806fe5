// SPDX-License-Identifier: Apache-2.0
#include "blindfit/rlwe/parameters.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "blindfit/ring/modular_arithmetic.h"
#include "blindfit/ring/ring_context.h"
#include "blindfit/rlwe/security.h"

namespace blindfit::rlwe {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kMaxPrimes = 128;
// Kernels need q > 2^16, and a prime = 1 mod 2N of fewer bits than log_n + 4 is rarely to be had.
constexpr unsigned kMinModulusBits = 17;

std::optional<Error> check_bits(const char* field, const std::vector<unsigned>& bits,
                                std::size_t max_count, unsigned log_n) {
  if (bits.empty() || bits.size() > max_count) {
    return Error(ErrorCode::kInvalidArgument, std::string(field) + " must name 1 to " +
                                                  std::to_string(max_count) +
                                                  " primes: " + std::to_string(bits.size()));
  }
  const unsigned least = std::max(kMinModulusBits, log_n + 4);
  for (const unsigned b : bits) {
    if (b < least || b > kernels::kMaxModulusBits) {
      return Error(ErrorCode::kInvalidArgument, std::string(field) + " entries must be in [" +
                                                    std::to_string(least) +
                                                    ", 50]: " + std::to_string(b));
    }
  }
  return std::nullopt;
}

std::optional<Error> check_fields(const ParametersLiteral& literal) {
  if (literal.log_n < kMinLogN || literal.log_n > kMaxLogN) {
    return Error(ErrorCode::kInvalidArgument,
                 "log_n must be in [10, 17]: " + std::to_string(literal.log_n));
  }
  if (auto error = check_bits("log_q", literal.log_q, kMaxPrimes, literal.log_n)) {
    return error;
  }
  if (auto error = check_bits("log_p", literal.log_p, kernels::kMaxDotLength, literal.log_n)) {
    return error;
  }
  const std::size_t digit = literal.digit_size == 0 ? literal.log_p.size() : literal.digit_size;
  if (digit > kernels::kMaxDotLength) {
    return Error(ErrorCode::kInvalidArgument,
                 "digit_size must be at most 64: " + std::to_string(digit));
  }
  const std::size_t digits = (literal.log_q.size() + digit - 1) / digit;
  if (digits > kernels::kMaxDotLength) {
    return Error(ErrorCode::kInvalidArgument,
                 "digit_size must split log_q into at most 64 digits: " + std::to_string(digits));
  }
  return std::nullopt;
}

double log2_product(const std::vector<std::uint64_t>& primes, std::size_t from, std::size_t to) {
  double sum = 0;
  for (std::size_t i = from; i < std::min(to, primes.size()); ++i) {
    sum += std::log2(static_cast<double>(primes[i]));
  }
  return sum;
}

void append(std::vector<std::uint8_t>& bytes, std::uint64_t value) {
  for (unsigned i = 0; i < 8; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
}

base::Digest fingerprint_of(const Parameters& p) {
  constexpr std::string_view kTag = "blindfit/v1/parameters";
  std::vector<std::uint8_t> bytes(kTag.begin(), kTag.end());
  append(bytes, p.log_n());
  append(bytes, p.digit_size());
  append(bytes, p.q_primes().size());
  append(bytes, p.p_primes().size());
  for (const std::uint64_t q : p.q_primes()) {
    append(bytes, q);
  }
  for (const std::uint64_t q : p.p_primes()) {
    append(bytes, q);
  }
  return base::blake2b(bytes);
}

}  // namespace

base::Result<Parameters> Parameters::make_unchecked(const ParametersLiteral& literal) {
  if (auto error = check_fields(literal)) {
    return *error;
  }
  Parameters p;
  p.literal_ = literal;
  p.digit_size_ = literal.digit_size == 0 ? literal.log_p.size() : literal.digit_size;
  std::vector<std::uint64_t> taken;
  try {
    for (const unsigned b : literal.log_q) {
      p.q_primes_.push_back(ring::take_ntt_prime(b, literal.log_n, taken));
    }
    for (const unsigned b : literal.log_p) {
      p.p_primes_.push_back(ring::take_ntt_prime(b, literal.log_n, taken));
    }
  } catch (const Error& error) {
    return error;
  }
  const double log_p = log2_product(p.p_primes_, 0, p.p_primes_.size());
  for (std::size_t d = 0; d < p.q_primes_.size(); d += p.digit_size_) {
    const double log_digit = log2_product(p.q_primes_, d, d + p.digit_size_);
    // Key-switching noise is about digit / P times the noise of a fresh key (note 0003).
    if (log_digit > log_p + 1) {
      return Error(ErrorCode::kInvalidArgument,
                   "log_p must sum to at least the bits of every digit of log_q: " +
                       std::to_string(log_p) + " < " + std::to_string(log_digit));
    }
  }
  p.log_qp_ = log_p + log2_product(p.q_primes_, 0, p.q_primes_.size());
  p.fingerprint_ = fingerprint_of(p);
  return p;
}

base::Result<Parameters> Parameters::make(const ParametersLiteral& literal) {
  base::Result<Parameters> parameters = make_unchecked(literal);
  if (parameters && parameters->log_qp() > max_log_qp(literal.log_n)) {
    return Error(ErrorCode::kInsecureParameters,
                 "log2(QP) must be at most " + std::to_string(max_log_qp(literal.log_n)) +
                     " for 128 bits of security at log_n " + std::to_string(literal.log_n) + ": " +
                     std::to_string(parameters->log_qp()));
  }
  return parameters;
}

}  // namespace blindfit::rlwe
