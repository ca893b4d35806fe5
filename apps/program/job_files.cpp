// SPDX-License-Identifier: Apache-2.0
#include "apps/program/job_files.h"

#include <fmt/core.h>

#include "blindfit/base/error.h"
#include "blindfit/ckks/rotate.h"
#include "blindfit/matrix/logit_packing.h"

namespace blindfit::program {

std::string upload::galois_key_file(ring::GaloisElement element, unsigned log_n) {
  return element == ckks::conjugation_element(log_n)
             ? "conjugation.key"
             : fmt::format("rotation_{}.key", element.value);
}

std::string result::answer_file(std::size_t iteration) {
  return fmt::format("answer-{:04}.json", iteration);
}

std::vector<wire::Role> logit_roles(const matrix::Tiling& rows, const base::Digest& query,
                                    std::size_t position) {
  const std::size_t count = rows.row_pairs() * matrix::logit_parts(rows);
  std::vector<wire::Role> roles;
  for (std::size_t i = 0; i < count; ++i) {
    roles.push_back(
        {wire::RoleKind::kLogits, static_cast<std::uint32_t>(position * count + i + 1), query});
  }
  return roles;
}

wire::Role weights_role(bool refreshed, std::size_t iteration, const base::Digest& plan) {
  return {refreshed ? wire::RoleKind::kState : wire::RoleKind::kWeights,
          static_cast<std::uint32_t>(iteration), plan};
}

std::size_t finished_iterations(const std::filesystem::path& result, bool refreshed,
                                const base::Digest& plan) {
  std::size_t count = 0;
  while (
      std::filesystem::exists(result / ciphertext_file(weights_role(refreshed, count + 1, plan)))) {
    ++count;
  }
  return count;
}

std::string ciphertext_file(const wire::Role& role) {
  using wire::RoleKind;
  switch (role.kind) {
    case RoleKind::kData:
      return fmt::format("data-{:04}.ct", role.index);
    case RoleKind::kLabels:
      return fmt::format("labels-{:04}.ct", role.index);
    case RoleKind::kLabelProduct:
      return role.index == 0 ? "label-product.ct"
                             : fmt::format("label-product-{:04}.ct", role.index);
    case RoleKind::kPreconditioner:
      return "preconditioner.ct";
    case RoleKind::kStart:
      return "start.ct";
    case RoleKind::kWeights:
      return fmt::format("weights-{:02}.ct", role.index);
    case RoleKind::kCheckpointV:
      return fmt::format("checkpoint-{:02}-v.ct", role.index);
    case RoleKind::kCheckpointW:
      return fmt::format("checkpoint-{:02}-w.ct", role.index);
    case RoleKind::kState:
      return fmt::format("state-{:04}.ct", role.index);
    case RoleKind::kInput:
      return fmt::format("input-{:04}.ct", role.index);
    case RoleKind::kRefreshed:
      return fmt::format("refreshed-{:04}.ct", role.index);
    case RoleKind::kPower:
      return fmt::format("power-{:04}.ct", role.index);
    case RoleKind::kQueryRows:
      return fmt::format("query-{:04}.ct", role.index);
    case RoleKind::kLogits:
      return fmt::format("logits-{:04}.ct", role.index);
    case RoleKind::kNone:
      break;
  }
  throw base::Error(base::ErrorCode::kInvalidArgument,
                    "a file of a job must have a role: " + wire::to_string(role));
}

double folder_bytes(const std::filesystem::path& folder, const std::string& extension) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && (extension.empty() || entry.path().extension() == extension)) {
      bytes += static_cast<double>(entry.file_size());
    }
  }
  return bytes;
}

}  // namespace blindfit::program
