// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/logit_files.h"

#include <algorithm>
#include <vector>

#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::cloud {

namespace fs = std::filesystem;

void save_logits(const fs::path& folder, const KeyedPlan& plan, const QueryUpload& query,
                 std::size_t position, std::span<const ckks::Ciphertext> logits) {
  const std::vector<wire::Role> roles = program::logit_roles(query.tiling, query.id, position);
  for (std::size_t i = 0; i < roles.size(); ++i) {
    program::throw_on_error(base::write_file(
        folder / program::ciphertext_file(roles[i]),
        wire::save_ciphertext(plan.context->parameters(), {plan.key_set, roles[i]}, logits[i])));
  }
}

bool has_logits(const fs::path& folder, const QueryUpload& query, std::size_t position) {
  const std::vector<wire::Role> roles = program::logit_roles(query.tiling, query.id, position);
  const auto is_there = [&folder](const wire::Role& role) {
    const fs::path path = folder / program::ciphertext_file(role);
    if (!fs::exists(path)) {
      return false;
    }
    const wire::Header header = program::value_or_throw(wire::load_file(
        path, wire::Limits{},
        [](std::span<const std::uint8_t> bytes) { return wire::parse_header(bytes); }));
    if (header.identity.role != role) {
      throw base::Error(base::ErrorCode::kForeign,
                        path.string() +
                            ": holds logits of another query; go on with that one, or move them "
                            "away");
    }
    return true;
  };
  return std::all_of(roles.begin(), roles.end(), is_there);
}

}  // namespace blindfit::cloud
