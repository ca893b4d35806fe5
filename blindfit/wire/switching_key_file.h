// SPDX-License-Identifier: Apache-2.0
// Evaluation keys as bytes: the seed of the uniform halves and the packed others. One key a file,
// so that no reader ever holds more than one file beside the keys themselves.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "blindfit/rlwe/switching_key.h"
#include "blindfit/wire/header.h"

namespace blindfit::wire {

/// Bytes of the file of a key up to `level`; what a plan adds up.
std::uint64_t switching_key_file_bytes(const rlwe::Parameters& parameters, std::size_t level);

/// Which of the keys that belong to no Galois element: they differ in source and target alone.
enum class PlainKey {
  kRelinearization,  ///< from the secret's square
  kToSparse,         ///< of rlwe::EncapsulationKeys, over its tiny parameters
  kFromSparse,       ///< back, over the main parameters
};

/// `a` is not written. Throws Error{kInvalidArgument} if the key does not belong to the parameters.
std::vector<std::uint8_t> save_plain_key(PlainKey which, const rlwe::Parameters& parameters,
                                         const KeySetId& key_set, const rlwe::SwitchingKey& key);
std::vector<std::uint8_t> save_galois_key(const rlwe::Parameters& parameters,
                                          const KeySetId& key_set, const rlwe::GaloisKey& key);

/// Conform on success; `a` is empty until rlwe::expand_seed fills it. Errors: as open_object and
/// check_identity; kMalformed or kTooLarge naming the field. Cost: one hash and one unpacking pass.
base::Result<rlwe::SwitchingKey> load_plain_key(PlainKey which, std::span<const std::uint8_t> bytes,
                                                const rlwe::Parameters& parameters,
                                                const KeySetId& key_set, const Limits& limits = {});
base::Result<rlwe::GaloisKey> load_galois_key(std::span<const std::uint8_t> bytes,
                                              const rlwe::Parameters& parameters,
                                              const KeySetId& key_set, const Limits& limits = {});

}  // namespace blindfit::wire
