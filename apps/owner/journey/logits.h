// SPDX-License-Identifier: Apache-2.0
// The cloud's logits of a query, opened.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "apps/owner/journey/owner_folder.h"
#include "blindfit/ckks/arithmetic.h"
#include "blindfit/data/dataset.h"
#include "blindfit/wire/query_file.h"

namespace blindfit::journey {

/// The ciphertexts of one question.
struct LoadedLogits {
  std::vector<ckks::Ciphertext> parts;
  base::Digest digest{};  ///< of their files, in order
};

struct DecryptedLogits {
  data::Matrix logits;        ///< rows x classes
  double largest_unused = 0;  ///< of the slots that hold no logit
  double allowed_unused = 0;  ///< what the noise model grants them
};

/// True if `folder` has all ciphertexts of `position` in the query's list of iterations, or 0.
bool logits_are_there(const OwnerFolder& owner, const wire::Query& query,
                      const std::filesystem::path& folder, std::size_t position);

/// Nothing is decrypted. Throws Error{kIo} if a file is not there; what the reader returns, with
/// the path; Error{kForeign} unless level, degree and scale are those of logits.
LoadedLogits load_logits(const OwnerFolder& owner, const wire::Query& query,
                         const std::filesystem::path& folder, std::size_t position);

/// Throws Error{kCanary} if slots that must be zero are not, within the noise model: then this is
/// no result of the query.
DecryptedLogits decrypt_logits(const OwnerFolder& owner, const wire::Query& query,
                               const LoadedLogits& loaded);

}  // namespace blindfit::journey
