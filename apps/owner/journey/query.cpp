// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/query.h"

#include <fmt/core.h>

#include <atomic>
#include <cmath>
#include <span>
#include <utility>

#include "apps/owner/journey/decryption.h"
#include "apps/program/exit_code.h"
#include "apps/program/interrupt.h"
#include "apps/program/job_files.h"
#include "apps/program/progress.h"
#include "apps/program/staged_directory.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/ckks/encoder.h"
#include "blindfit/learn/head.h"
#include "blindfit/learn/inference.h"
#include "blindfit/matrix/packing.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/load_file.h"
#include "blindfit/wire/plan_file.h"

namespace blindfit::journey {
namespace {

using base::Error;
using base::ErrorCode;
using program::throw_on_error;
using program::value_or_throw;
namespace fs = std::filesystem;

/// The design matrix of the rows: of prepared features, or of plain ones.
data::Matrix design_of(const OwnerFolder& owner, const data::Dataset& rows, bool plain) {
  if (plain) {
    return learn::design_matrix(rows.features);
  }
  const data::FeatureTransform transform = load_owner_transform(owner);
  if (rows.columns() != transform.inputs) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: the head is trained on {} features: {}; give rows of the same "
                            "columns (is --label-column right?)",
                            rows.source, transform.inputs, rows.columns()));
  }
  return learn::design_matrix(data::apply(transform, rows.features));
}

wire::Query make_query(const OwnerFolder& owner, const data::Matrix& design,
                       const QueryRequest& request) {
  const learn::TrainingSpec& spec = owner.plan.plan.spec;
  wire::Query query;
  query.plan = wire::plan_fingerprint(owner.plan.plan);
  query.nonce = base::random_seed();
  query.rows = static_cast<std::size_t>(design.rows());
  query.iterations = request.iterations;
  if (request.plain_classes) {
    query.plain =
        learn::PlainHeadShape{static_cast<std::size_t>(design.cols()), *request.plain_classes};
  }
  (void)value_or_throw(learn::plan_inference(owner.plan.plan, query.shape(), 1));
  if (!query.iterations.empty() && query.iterations.back() > spec.iterations()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("the plan has {} iterations: {}; list earlier ones", spec.iterations(),
                            query.iterations.back()));
  }
  return query;
}

void encrypt_rows(const OwnerFolder& owner, const data::Matrix& design, const wire::Query& query,
                  const fs::path& folder, base::ThreadPool& pool) {
  const rlwe::Scale scale{owner.plan.plan.spec.scale};
  const auto tiling = value_or_throw(learn::query_tiling(owner.plan.plan.spec, query.shape()));
  const matrix::MatrixView view{design.data(), tiling.rows, tiling.features};
  const std::size_t width = tiling.feature_tiles();
  const std::size_t count = tiling.row_pairs() * width;
  const base::Digest id = wire::query_fingerprint(query);
  const ckks::Encoder encoder(*owner.context);
  std::atomic<std::size_t> made{0};
  const program::Progress progress("encrypting", [&made, count] {
    return program::ProgressState{static_cast<double>(made.load()), static_cast<double>(count), ""};
  });
  pool.parallel_for(count, [&](std::size_t i) {
    program::throw_if_interrupted();
    const matrix::Slots slots = matrix::pack_data(tiling, view, i / width, i % width);
    const auto plaintext =
        encoder.encode(std::span<const std::complex<double>>(slots), scale, learn::kQueryLevel);
    const wire::Role role{wire::RoleKind::kQueryRows, static_cast<std::uint32_t>(i + 1), id};
    throw_on_error(base::write_file(
        folder / program::ciphertext_file(role),
        wire::save_seeded_ciphertext(owner.context->parameters(), {owner.key.key_set, role},
                                     owner::encrypt(*owner.context, owner.key.secret, plaintext))));
    ++made;
  });
}

}  // namespace

wire::Query encrypt_query(const OwnerFolder& owner, const data::Dataset& rows,
                          const QueryRequest& request, const fs::path& folder,
                          base::ThreadPool& pool) {
  const data::Matrix design = design_of(owner, rows, request.plain_classes.has_value());
  const wire::Query query = make_query(owner, design, request);
  const std::string text = wire::save_query(query);
  program::StagedDirectory staged(folder, fs::perms::owner_all, "choose another --out");
  encrypt_rows(owner, design, query, staged.path(), pool);
  throw_on_error(
      base::write_file(staged.path() / program::query::kQuery,
                       {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
  staged.commit();
  return query;
}

double logit_room(const learn::TrainingPlan& plan) {
  // q_0 is above 2^(bits - 1), and residues stand for numbers of both signs.
  return std::ldexp(1.0, static_cast<int>(plan.parameters.log_q.front()) - 2) / plan.spec.scale;
}

wire::Query load_query(const OwnerFolder& owner, const fs::path& folder) {
  const fs::path path = folder / program::query::kQuery;
  wire::Query query =
      value_or_throw(wire::load_file(path, wire::Limits{}, [](std::span<const std::uint8_t> bytes) {
        return wire::load_query({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      }));
  if (query.plan != wire::plan_fingerprint(owner.plan.plan)) {
    throw Error(ErrorCode::kForeign,
                fmt::format("{}: the query must be made with the keys in '{}'; give the owner's "
                            "folder that made it",
                            path.string(), owner.path.string()));
  }
  return query;
}

}  // namespace blindfit::journey
