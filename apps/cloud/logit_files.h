// SPDX-License-Identifier: Apache-2.0
// Where the logits of a query go: one file for every row pair and part.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "apps/cloud/query_upload.h"

namespace blindfit::cloud {

/// Writes logits at `position` of the query's iterations, or 0. Throws Error{kIo}.
void save_logits(const std::filesystem::path& folder, const KeyedPlan& plan,
                 const QueryUpload& query, std::size_t position,
                 std::span<const ckks::Ciphertext> logits);

/// True if all files of that position are there. Throws Error{kForeign} if one belongs to another
/// query, and what the reader of headers returns, with the path.
bool has_logits(const std::filesystem::path& folder, const QueryUpload& query,
                std::size_t position);

}  // namespace blindfit::cloud
