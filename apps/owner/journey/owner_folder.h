// SPDX-License-Identifier: Apache-2.0
// The owner's folder: secret key, plan, evaluation keys, and the transform of the encrypted data.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "apps/owner/journey/owner_plan.h"
#include "blindfit/base/secret.h"
#include "blindfit/base/thread_pool.h"
#include "blindfit/wire/owner_secret_key_file.h"

namespace blindfit::journey {

using Passphrase = base::Secret<std::string>;

namespace owner_files {
inline constexpr const char* kSecretKey = "secret.key";
inline constexpr const char* kPlan = "plan.json";
inline constexpr const char* kTransform = "transform.blindfit";
inline constexpr const char* kRows = "rows.digest";
inline constexpr const char* kAnswers = "answers.json";
}  // namespace owner_files

/// Makes `folder` (mode 0700) whole or not at all: the secret key, under `passphrase` unless that
/// is empty, the plan, and the evaluation keys that the plan calls for. Throws Error{kIo} if the
/// folder is taken: a secret key is never overwritten.
void generate_keys(const OwnerPlan& plan, const std::filesystem::path& folder,
                   const Passphrase& passphrase, base::ThreadPool& pool);

/// True if the folder's secret key is protected. Throws Error{kIo} or what the reader returns.
bool needs_passphrase(const std::filesystem::path& folder);

/// An owner's folder opened.
struct OwnerFolder {
  std::filesystem::path path;
  OwnerPlan plan;
  std::shared_ptr<const rlwe::Context> context;
  wire::OwnerSecretKey key;

  [[nodiscard]] wire::Identity identity() const {
    return {context->parameters().fingerprint(), key.key_set};
  }
};
/// Throws Error{kIo} or what the readers return, with the path.
OwnerFolder open_owner_folder(const std::filesystem::path& folder, const Passphrase& passphrase);

}  // namespace blindfit::journey
