// SPDX-License-Identifier: Apache-2.0
// The ciphertext files of one upload: each checked against plan, key set and role whenever it is
// read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "blindfit/ckks/arithmetic.h"
#include "blindfit/rlwe/context.h"
#include "blindfit/wire/header.h"
#include "blindfit/wire/limits.h"
#include "blindfit/wire/role.h"

namespace blindfit::cloud {

/// What the plan says that one file holds.
struct ExpectedCiphertext {
  wire::Role role;
  std::size_t level = 0;
  double scale = 1;
};

/// A ciphertext and the checksum that its file ends with.
struct LoadedCiphertext {
  ckks::Ciphertext ciphertext;
  std::vector<std::uint8_t> checksum;
};

struct CiphertextFiles {
  std::filesystem::path folder;
  std::shared_ptr<const rlwe::Context> context;
  wire::KeySetId key_set;

  [[nodiscard]] std::filesystem::path path_of(const wire::Role& role) const;
  /// Reads, checks and expands. Throws Error{kIo}, kMalformed, kCorrupt, kTooLarge or kForeign,
  /// naming the file, unless it is what `expected` says. Safe from any thread.
  [[nodiscard]] LoadedCiphertext load(const ExpectedCiphertext& expected) const;
};

}  // namespace blindfit::cloud
