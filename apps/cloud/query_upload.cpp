// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/query_upload.h"

#include <span>
#include <utility>
#include <vector>

#include "apps/cloud/ciphertext_files.h"
#include "apps/cloud/loading_tasks.h"
#include "apps/cloud/streamed_data.h"
#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "blindfit/learn/inference.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::cloud {

using program::value_or_throw;
namespace fs = std::filesystem;

wire::Query read_query(const fs::path& folder, const KeyedPlan& plan) {
  const fs::path path = folder / program::query::kQuery;
  wire::Query query =
      value_or_throw(wire::load_file(path, wire::Limits{}, [](std::span<const std::uint8_t> bytes) {
        return wire::load_query({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      }));
  if (query.plan != plan.plan_id) {
    throw base::Error(base::ErrorCode::kForeign,
                      path.string() +
                          ": the query must be for the plan of this job; make it with the owner's "
                          "folder whose upload this is");
  }
  return query;
}

QueryUpload open_query(const fs::path& folder, const wire::Query& query, const KeyedPlan& plan,
                       base::ThreadPool& pool) {
  QueryUpload upload;
  upload.query = query;
  upload.id = wire::query_fingerprint(query);
  upload.tiling = value_or_throw(learn::query_tiling(plan.plan.spec, query.shape()));
  const CiphertextFiles files{folder, plan.context, plan.key_set};
  const std::size_t width = upload.tiling.feature_tiles();
  std::vector<DataFile> tiles;
  for (std::size_t i = 0; i < upload.tiling.row_pairs() * width; ++i) {
    const wire::Role role{wire::RoleKind::kQueryRows, static_cast<std::uint32_t>(i + 1), upload.id};
    tiles.push_back({{role, learn::kQueryLevel, plan.plan.spec.scale}, {}});
  }
  LoadingTasks tasks;
  for (DataFile& tile : tiles) {
    tasks.add([&files, &tile] { tile.checksum = files.load(tile.expected).checksum; });
  }
  tasks.run(pool);
  upload.rows =
      streamed_data(files, std::move(tiles), width, query_pairs_at_once(upload.tiling, pool), pool);
  return upload;
}

std::size_t query_pairs_at_once(const matrix::Tiling& rows, const base::ThreadPool& pool) noexcept {
  return (pool.threads() + rows.classes - 1) / rows.classes;
}

}  // namespace blindfit::cloud
