// SPDX-License-Identifier: Apache-2.0
// Which rows an owner's folder serves: known from the first ciphertext on, so that no upload mixes
// two sets.
#pragma once

#include <span>

#include "apps/owner/journey/owner_folder.h"

namespace blindfit::journey {

/// rows.digest in the owner's folder: a hash of what is encrypted under its keys.
class RowsRecord {
 public:
  RowsRecord(const OwnerFolder& owner, const PreparedData& prepared, std::span<const int> labels);

  [[nodiscard]] bool exists() const;
  /// Throws Error{kInvalidArgument} if the folder serves other rows already; Error{kIo}.
  void check() const;
  /// Throws Error{kIo}.
  void write() const;
  void remove() const noexcept;

 private:
  const OwnerFolder& owner_;
  std::filesystem::path path_;
  std::string text_;
};

}  // namespace blindfit::journey
