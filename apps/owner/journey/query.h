// SPDX-License-Identifier: Apache-2.0
// Rows whose logits are asked of the cloud: encrypted for the trained head, or for a plain one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "apps/owner/journey/owner_folder.h"
#include "blindfit/data/dataset.h"
#include "blindfit/wire/query_file.h"

namespace blindfit::journey {

/// What is asked of a set of rows.
struct QueryRequest {
  /// Iterations after whose weights logits are wanted; empty: asked once, by `predict`.
  std::vector<std::size_t> iterations;
  /// Classes of a plain head; none: the trained head.
  std::optional<std::size_t> plain_classes;
};

/// Makes `folder` whole or not at all: query.json and the rows, each ciphertext with fresh
/// randomness, at the lowest level that logits take. Rows of the trained head are prepared by the
/// transform that `encrypt` stored. Shows progress. Returns the query.
///
/// Throws Error{kInvalidArgument} if columns do not fit the transform or iterations the plan, or a
/// feature does not fit the scale; Error{kTooLarge} for too many rows at once;
/// Error{kIo} if the folder is taken or `encrypt` has not run; Error{kCancelled}.
wire::Query encrypt_query(const OwnerFolder& owner, const data::Dataset& rows,
                          const QueryRequest& request, const std::filesystem::path& folder,
                          base::ThreadPool& pool);

/// The largest logit that can be read under the plan: beyond it a result wraps around.
double logit_room(const learn::TrainingPlan& plan);

/// The query in a folder that encrypt_query made. Throws Error{kIo} or what the reader returns,
/// with the path; Error{kForeign} if it belongs to another owner's folder.
wire::Query load_query(const OwnerFolder& owner, const std::filesystem::path& folder);

}  // namespace blindfit::journey
