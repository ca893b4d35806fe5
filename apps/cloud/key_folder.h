// SPDX-License-Identifier: Apache-2.0
// The evaluation keys of an upload folder, one file each.
#pragma once

#include <cstddef>
#include <filesystem>

#include "blindfit/rlwe/context.h"
#include "blindfit/rlwe/switching_key.h"
#include "blindfit/wire/header.h"
#include "blindfit/wire/switching_key_file.h"

namespace blindfit::cloud {

/// Reads keys of one key set. Immutable; thread-safe. All members throw Error{kIo} for a file that
/// is missing, what the readers return for one that is damaged or of other parameters or another
/// key set, and Error{kForeign} for one that does not reach `level`: always with the path.
class KeyFolder {
 public:
  KeyFolder(const std::filesystem::path& folder, const wire::KeySetId& key_set);

  /// Expanded from its seed.
  [[nodiscard]] rlwe::SwitchingKey plain(wire::PlainKey which, const rlwe::Context& context,
                                         std::size_t level) const;
  [[nodiscard]] rlwe::GaloisKey galois(ring::GaloisElement element, const rlwe::Context& context,
                                       std::size_t level) const;

 private:
  std::filesystem::path folder_;
  wire::KeySetId key_set_;
};

}  // namespace blindfit::cloud
