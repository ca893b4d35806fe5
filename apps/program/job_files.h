// SPDX-License-Identifier: Apache-2.0
// Names of the files that pass between owner and cloud: what lies in an upload and in a result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "blindfit/matrix/tiling.h"
#include "blindfit/ring/automorphism.h"
#include "blindfit/wire/role.h"

namespace blindfit::program {

/// query/: rows whose logits are asked for.
namespace query {
inline constexpr const char* kQuery = "query.json";
}  // namespace query

/// upload/: what the cloud gets.
namespace upload {
inline constexpr const char* kPlan = "plan.json";
inline constexpr const char* kRefreshJob = "refresh.json";
inline constexpr const char* kKeys = "evaluation_keys";
inline constexpr const char* kRelinearizationKey = "relinearization.key";
inline constexpr const char* kToSparseKey = "to_sparse.key";
inline constexpr const char* kFromSparseKey = "from_sparse.key";

/// "conjugation.key" or "rotation_<element>.key".
std::string galois_key_file(ring::GaloisElement element, unsigned log_n);
}  // namespace upload

/// result/: what comes back, and what `train --resume` goes on from; of refreshes and of logits,
/// what they took.
namespace result {
inline constexpr const char* kTraining = "training.json";
inline constexpr const char* kRefreshed = "refreshed.json";
inline constexpr const char* kLogits = "logits.json";

/// "answer-0004.json": the owner's, to the logits after that iteration.
std::string answer_file(std::size_t iteration);
}  // namespace result

/// The index of part `part` (from 0) in a role: from 1, and 0 where there is one part only.
constexpr std::uint32_t part_index(std::size_t part, std::size_t parts) noexcept {
  return parts == 1 ? 0 : static_cast<std::uint32_t>(part + 1);
}

/// The roles of the logits of a query: of the iteration at `position` in its list, or 0, one for
/// every row pair and part (matrix::LogitPart).
std::vector<wire::Role> logit_roles(const matrix::Tiling& rows, const base::Digest& query,
                                    std::size_t position);

/// Of what holds W after an iteration: V + i V_before where the run `plan` refreshes, else W
/// itself.
wire::Role weights_role(bool refreshed, std::size_t iteration, const base::Digest& plan);
/// Iterations that a result folder holds W of, from the first without a gap.
std::size_t finished_iterations(const std::filesystem::path& result, bool refreshed,
                                const base::Digest& plan);

/// The file of a ciphertext in an upload or a result: "data-0001.ct", "start.ct", "weights-01.ct".
std::string ciphertext_file(const wire::Role& role);

/// Bytes of all regular files in `folder` whose extension is `extension` (".ct"; empty: all).
double folder_bytes(const std::filesystem::path& folder, const std::string& extension);

}  // namespace blindfit::program
