// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/encryption_tasks.h"

#include <utility>

#include "blindfit/wire/plan_file.h"

namespace blindfit::journey {
namespace {

using wire::RoleKind;

matrix::MatrixView view(const data::Matrix& m) {
  return {m.data(), static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols())};
}

/// B o (Y - 1/2)^T X: what the cloud would compute from encrypted labels.
data::Matrix label_product(const PreparedData& prepared, std::span<const int> labels,
                           std::size_t classes) {
  data::Matrix targets =
      data::Matrix::Constant(prepared.design.rows(), static_cast<Eigen::Index>(classes), -0.5);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    targets(static_cast<Eigen::Index>(i), labels[i]) = 0.5;
  }
  data::Matrix product = targets.transpose() * prepared.design;
  if (prepared.preconditioner.size() != 0) {
    product.array().rowwise() *= prepared.preconditioner.array();
  }
  return product;
}

}  // namespace

std::vector<EncryptionTask> encryption_tasks(const OwnerPlan& plan, const PreparedData& prepared,
                                             std::span<const int> labels) {
  const learn::TrainingSpec& spec = plan.plan.spec;
  const matrix::Tiling& tiling = spec.tiling;
  const learn::UploadLevels& levels = plan.plan.levels;
  const auto classes = static_cast<Eigen::Index>(tiling.classes);
  const base::Digest id = wire::plan_fingerprint(plan.plan);
  std::vector<EncryptionTask> tasks;
  const auto add_weights = [&](RoleKind kind, data::Matrix weights, double scale,
                               std::size_t level) {
    // B is a factor of masks, which have the signs.
    const bool sign = kind != RoleKind::kPreconditioner;
    tasks.push_back({{kind, 0, id},
                     [&spec, weights = std::move(weights), sign] {
                       matrix::Slots slots = matrix::pack_weights(spec.tiling, view(weights));
                       if (sign) {
                         matrix::multiply_slots(learn::slot_signs(spec), slots);
                       }
                       return slots;
                     },
                     scale,
                     level});
  };
  for (std::size_t i = 0; i < tiling.row_pairs() * tiling.feature_tiles(); ++i) {
    tasks.push_back({{RoleKind::kData, static_cast<std::uint32_t>(i + 1), id},
                     [&tiling, &prepared, i] {
                       return matrix::pack_data(tiling, view(prepared.design),
                                                i / tiling.feature_tiles(),
                                                i % tiling.feature_tiles());
                     },
                     spec.scale,
                     levels.data});
  }
  if (spec.labels == learn::LabelSource::kEncryptedLabels) {
    for (std::size_t p = 0; p < tiling.row_pairs(); ++p) {
      tasks.push_back({{RoleKind::kLabels, static_cast<std::uint32_t>(p + 1), id},
                       [&tiling, labels, p] { return matrix::pack_labels(tiling, labels, 0.5, p); },
                       spec.scale,
                       levels.labels});
    }
  } else {
    add_weights(RoleKind::kLabelProduct, label_product(prepared, labels, tiling.classes),
                spec.scale, levels.label_product);
  }
  if (spec.encrypted_preconditioner) {
    add_weights(RoleKind::kPreconditioner, prepared.preconditioner.replicate(classes, 1),
                spec.scale * learn::kPreconditionerGain, levels.preconditioner);
  }
  if (spec.start == learn::Start::kEncrypted) {
    add_weights(
        RoleKind::kStart,
        data::Matrix::Constant(classes, prepared.design.cols(), plan.preparation.start_value),
        spec.scale, levels.start);
  }
  return tasks;
}

}  // namespace blindfit::journey
