// SPDX-License-Identifier: Apache-2.0
// What harnesses share: one small ring, and frames around any payload, so that the fuzzer's time is
// spent behind the checksum and not on guessing it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "blindfit/testing/insecure_parameters.h"
#include "blindfit/wire/header.h"

namespace blindfit::fuzz {

using ByteView = std::span<const std::uint8_t>;

/// Residues of 18 bits: the smallest objects that the format allows.
inline const rlwe::Parameters& small_parameters() {
  static const rlwe::Parameters kParameters = testing::InsecureParameters::make(
      {.log_n = 10, .log_q = {18, 18}, .log_p = {18}, .digit_size = 1});
  return kParameters;
}

inline wire::KeySetId key_set() {
  return {};
}

/// A file whose frame is in order.
inline std::vector<std::uint8_t> framed(wire::ObjectKind kind, ByteView payload) {
  wire::ObjectWriter object(kind, {small_parameters().fingerprint(), key_set()}, payload.size());
  object.payload().bytes(payload);
  return std::move(object).seal();
}

/// Stops the fuzzer if a property that must hold does not.
inline void require(bool property) {
  if (!property) {
    __builtin_trap();
  }
}

}  // namespace blindfit::fuzz
