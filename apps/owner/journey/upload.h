// SPDX-License-Identifier: Apache-2.0
// From data to an upload folder, in as many runs as it takes.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "apps/owner/journey/owner_folder.h"

namespace blindfit::journey {

/// Where an upload comes to lie.
struct UploadTarget {
  UploadTarget(std::filesystem::path upload, bool go_on = false)
      : folder(std::move(upload)), resume(go_on) {}
  std::filesystem::path folder;
  bool resume;  ///< go on with what an earlier run left in `<folder>.unfinished`, if anything
};

/// What became of the ciphertexts of an upload.
struct UploadOutcome {
  std::size_t made = 0;
  std::size_t kept = 0;  ///< of an earlier run, found whole
  /// Of an earlier run, not usable and made again: one sentence each, in the upload's order.
  std::vector<std::string> replaced;
};

/// Makes the upload folder whole or not at all: the public part of the plan, the evaluation keys
/// (linked, or copied onto another file system), and a ciphertext for every encryption_tasks. Until
/// then it is `<folder>.unfinished`, which a failure or a kill leaves behind with all ciphertexts
/// that are whole. Each is encrypted with fresh randomness; a kept one has been read and checked:
/// checksum, key set, plan, role, level and scale.
///
/// The owner's folder serves one set of rows: before the first ciphertext rows.digest says which,
/// at the end its transform is stored. Memory: `prepared` and a few ciphertexts a thread, however
/// large the upload.
///
/// Throws Error{kIo} if `folder` is taken, or an earlier run left something and `resume` is false;
/// Error{kInvalidArgument} if the owner's folder serves other rows or a value does not fit the
/// scale; Error{kCancelled} when interrupted. Where ciphertexts stay behind, the message says how
/// many, where, and how to go on.
UploadOutcome encrypt_job(const OwnerFolder& owner, const PreparedData& prepared,
                          std::span<const int> labels, const UploadTarget& target,
                          base::ThreadPool& pool);

}  // namespace blindfit::journey
