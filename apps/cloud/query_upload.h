// SPDX-License-Identifier: Apache-2.0
// The rows of a query as the cloud reads them: checked once, then from the disk, block by block.
#pragma once

#include <filesystem>

#include "apps/cloud/keyed_plan.h"
#include "blindfit/ckks/arithmetic.h"
#include "blindfit/learn/data_source.h"
#include "blindfit/matrix/tiling.h"
#include "blindfit/wire/query_file.h"

namespace blindfit::cloud {

struct QueryUpload {
  wire::Query query;
  base::Digest id{};      ///< wire::query_fingerprint
  matrix::Tiling tiling;  ///< of its rows
  learn::DataSource<ckks::Ciphertext> rows;
};

/// What is in `folder`, before any ciphertext is read. Throws Error{kIo}, or what the reader
/// returns, with the path; Error{kForeign} for a query of another plan.
wire::Query read_query(const std::filesystem::path& folder, const KeyedPlan& plan);

/// Checks every file of `query`, shown as progress, and reads them again when they are needed;
/// `pool` must outlive the upload. Throws Error{kIo} for a file that is missing; kMalformed,
/// kCorrupt, kForeign or kTooLarge, naming the file, for one that is not what the query calls for;
/// kCancelled.
QueryUpload open_query(const std::filesystem::path& folder, const wire::Query& query,
                       const KeyedPlan& plan, base::ThreadPool& pool);

/// Row pairs of a query in memory at a time: enough that all threads have a class to work on.
std::size_t query_pairs_at_once(const matrix::Tiling& rows, const base::ThreadPool& pool) noexcept;

}  // namespace blindfit::cloud
