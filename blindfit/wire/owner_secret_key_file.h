// SPDX-License-Identifier: Apache-2.0
// The owner's key file: two bits a coefficient, readable by its owner alone, optionally under a
// passphrase (Argon2id, XChaCha20-Poly1305; both libsodium's). Linked by the owner's program only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "blindfit/base/secret.h"
#include "blindfit/owner/secret_key.h"
#include "blindfit/rlwe/context.h"
#include "blindfit/wire/header.h"

namespace blindfit::wire {

using SecretBytes = base::Secret<std::vector<std::uint8_t>>;

/// What opening a protected file costs everybody, attackers included. The defaults are libsodium's
/// "moderate": about 0.7 s.
struct PassphraseCost {
  std::uint64_t passes = 3;
  std::uint64_t memory_bytes = std::uint64_t{256} << 20;
};

/// An empty passphrase leaves the file unprotected but for its mode.
struct Protection {
  std::string_view passphrase;
  PassphraseCost cost;
};

/// A key and the name of the set that was made with it.
struct OwnerSecretKey {
  KeySetId key_set;
  owner::SecretKey secret;
};

/// Throws Error{kInvalidArgument} if Argon2id does not accept the cost, Error{kTooLarge} if there
/// is not that much memory.
SecretBytes save_owner_secret_key(const rlwe::Parameters& parameters, const OwnerSecretKey& key,
                                  const Protection& protection = {});

/// Whether load_owner_secret_key needs a passphrase. Errors: as open_object; kMalformed.
base::Result<bool> needs_passphrase(std::span<const std::uint8_t> bytes, const Limits& limits = {});

/// Errors: as open_object and check_identity; kInvalidArgument if a passphrase is missing or given
/// for an unprotected file; kCorrupt if it is wrong or the file was changed; kTooLarge if the file
/// asks for more work than `limits` allow; kMalformed.
base::Result<OwnerSecretKey> load_owner_secret_key(std::span<const std::uint8_t> bytes,
                                                   const rlwe::Context& context,
                                                   std::string_view passphrase,
                                                   const Limits& limits = {});

/// Writes with mode 0600 from the first byte on. Errors: kIo.
base::Status write_owner_secret_key_file(const std::filesystem::path& path,
                                         const SecretBytes& bytes);
/// Errors: kIo, also if others may read the file: it says how to forbid that.
base::Result<SecretBytes> read_owner_secret_key_file(const std::filesystem::path& path,
                                                     const Limits& limits = {});

}  // namespace blindfit::wire
