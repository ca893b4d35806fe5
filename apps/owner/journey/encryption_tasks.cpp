// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/encryption_tasks.h"

#include <utility>

#include "apps/program/job_files.h"
#include "blindfit/wire/plan_file.h"

namespace blindfit::journey {
namespace {

using wire::RoleKind;

matrix::MatrixView view(const data::Matrix& m) {
  return {m.data(), static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols())};
}

/// B o (Y - label_offset)^T X of one batch: what the cloud would compute from encrypted labels.
data::Matrix label_product(const learn::TrainingSpec& spec, const PreparedData& prepared,
                           std::span<const int> labels, std::size_t batch) {
  const learn::RowRange rows = rows_of(spec, batch);
  const double offset = learn::label_offset(spec.loss, spec.tiling.classes);
  data::Matrix targets = data::Matrix::Constant(
      rows.last - rows.first, static_cast<Eigen::Index>(spec.tiling.classes), -offset);
  for (Eigen::Index i = rows.first; i < rows.last; ++i) {
    targets(i - rows.first, labels[static_cast<std::size_t>(i)]) = 1 - offset;
  }
  data::Matrix product =
      targets.transpose() * prepared.design.middleRows(rows.first, rows.last - rows.first);
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
  const auto add_weights = [&](RoleKind kind, std::size_t index, data::Matrix weights, double scale,
                               std::size_t level) {
    // B is a factor of masks, which have the signs.
    const bool sign = kind != RoleKind::kPreconditioner;
    tasks.push_back({{kind, static_cast<std::uint32_t>(index), id},
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
      tasks.push_back(
          {{RoleKind::kLabels, static_cast<std::uint32_t>(p + 1), id},
           [&tiling, labels, p, offset = learn::label_offset(spec.loss, tiling.classes)] {
             return matrix::pack_labels(tiling, labels, offset, p);
           },
           spec.scale,
           levels.labels});
    }
  } else {
    for (std::size_t batch = 0; batch < spec.batches; ++batch) {
      add_weights(RoleKind::kLabelProduct, program::part_index(batch, spec.batches),
                  label_product(spec, prepared, labels, batch), spec.scale, levels.label_product);
    }
  }
  if (spec.encrypted_preconditioner) {
    add_weights(RoleKind::kPreconditioner, 0, prepared.preconditioner.replicate(classes, 1),
                spec.scale * learn::kPreconditionerGain, levels.preconditioner);
  }
  if (spec.start == learn::Start::kEncrypted) {
    add_weights(
        RoleKind::kStart, 0,
        data::Matrix::Constant(classes, prepared.design.cols(), plan.preparation.start_value),
        spec.scale, levels.start);
  }
  return tasks;
}

}  // namespace blindfit::journey
