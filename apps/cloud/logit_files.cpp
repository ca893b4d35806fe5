// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/logit_files.h"

#include <algorithm>
#include <vector>

#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/wire/ciphertext_file.h"

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
  return std::all_of(roles.begin(), roles.end(), [&folder](const wire::Role& role) {
    return fs::exists(folder / program::ciphertext_file(role));
  });
}

}  // namespace blindfit::cloud
