// SPDX-License-Identifier: Apache-2.0
// What a reader is willing to accept: compared with what the input claims before anything is
// allocated.
#pragma once

#include <cstddef>
#include <cstdint>

namespace blindfit::wire {

/// Upper bounds on one object; the defaults fit every parameter set that blindfit can make.
struct Limits {
  std::uint64_t max_bytes = std::uint64_t{1} << 30;  ///< of a whole file, headers included
  unsigned max_log_n = 17;
  std::size_t max_limbs = 256;  ///< of one polynomial, special primes included
  std::size_t max_degree = 2;   ///< of a ciphertext
  std::uint64_t max_json_bytes = std::uint64_t{1} << 24;
  std::size_t max_json_depth = 32;
  std::uint64_t max_passphrase_memory = std::uint64_t{1} << 30;  ///< bytes that Argon2id may take
  std::uint64_t max_passphrase_passes = 16;
};

}  // namespace blindfit::wire
