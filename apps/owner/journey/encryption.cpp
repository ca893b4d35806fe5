// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/encryption.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <system_error>
#include <utility>

#include "apps/program/exit_code.h"
#include "apps/program/interrupt.h"
#include "apps/program/job_files.h"
#include "apps/program/progress.h"
#include "apps/program/staged_directory.h"
#include "blindfit/ckks/encoder.h"
#include "blindfit/matrix/packing.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/load_file.h"
#include "blindfit/wire/plan_file.h"
#include "blindfit/wire/transform_file.h"

namespace blindfit::journey {
namespace {

using base::Error;
using base::ErrorCode;
using program::throw_on_error;
using program::value_or_throw;
using wire::RoleKind;
namespace fs = std::filesystem;
namespace upload = program::upload;

/// Weights come back at the lowest level, whose prime leaves this much room above the scale.
constexpr double kFirstPrime = 0x1p49;

matrix::MatrixView view(const data::Matrix& m) {
  return {m.data(), static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols())};
}

/// One ciphertext file to make.
struct EncryptionTask {
  wire::Role role;
  std::function<matrix::Slots()> pack;
  double scale = 1;
  std::size_t level = 0;
};

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

/// The folder's transform belongs to the rows that were encrypted with its keys; a second set of
/// rows would make the first result unreadable.
void store_transform(const OwnerFolder& owner, const data::FeatureTransform& transform) {
  const fs::path path = owner.path / owner_files::kTransform;
  const std::vector<std::uint8_t> bytes = wire::save_transform(owner.identity(), transform);
  if (fs::exists(path)) {
    const auto before = value_or_throw(base::read_file(path, wire::Limits{}.max_bytes));
    if (before != bytes) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("the keys in '{}' have encrypted other rows already, and its "
                              "transform belongs to them; make a folder of keys for every set of "
                              "rows with `keygen`",
                              owner.path.string()));
    }
    return;
  }
  throw_on_error(base::write_file(path, bytes, base::FileAccess::kOwnerOnly));
}

void link_evaluation_keys(const fs::path& from, const fs::path& to) {
  fs::create_directory(to);
  for (const auto& entry : fs::directory_iterator(from)) {
    std::error_code error;
    fs::create_hard_link(entry.path(), to / entry.path().filename(), error);
    if (error) {
      fs::copy_file(entry.path(), to / entry.path().filename());
    }
  }
}

}  // namespace

void check_data(const OwnerPlan& plan, const data::Dataset& train) {
  const matrix::Tiling& tiling = plan.plan.spec.tiling;
  const auto require = [&train](const char* what, std::size_t planned, std::size_t seen) {
    if (planned != seen) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("{}: the plan was made for {} {}: {}; make a plan with --data {}",
                              train.source, planned, what, seen, train.source));
    }
  };
  require("rows", tiling.rows, static_cast<std::size_t>(train.rows()));
  const data::TransformOptions& transform = plan.preparation.transform;
  if (transform.kind != data::TransformKind::kWhiten) {
    require("features", tiling.features - 1, static_cast<std::size_t>(train.columns()));
  }
  if (train.labels.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: training data must have labels: none; give --label-column or "
                            "--labels",
                            train.source));
  }
  if (static_cast<std::size_t>(train.classes) > tiling.classes) {
    require("classes", tiling.classes, static_cast<std::size_t>(train.classes));
  }
}

namespace {

/// The first V + i V_before beyond the bound of refreshes.
void add_refresh_warning(const learn::RefreshSpec& refresh, const learn::TrainingTrace& mirror,
                         std::vector<std::string>& warnings) {
  for (std::size_t t = 0; t < mirror.iterations.size(); ++t) {
    const double largest = largest_refreshed(mirror, t);
    if (!(largest <= refresh.weight_bound)) {
      warnings.push_back(fmt::format(
          "after iteration {} a pair of weights that is refreshed has the magnitude {:.3g}, beyond "
          "the plan's bound {:.3g}: it may come back wrong; plan with a larger --weight-bound, a "
          "smaller --step or fewer --iterations",
          t + 1, largest, refresh.weight_bound));
      return;
    }
  }
}

}  // namespace

double largest_refreshed(const learn::TrainingTrace& mirror, std::size_t iteration) {
  const data::Matrix& v = mirror.iterations[iteration].momentum;
  if (iteration == 0) {
    return v.cwiseAbs().maxCoeff();
  }
  const data::Matrix& before = mirror.iterations[iteration - 1].momentum;
  return (v.array().square() + before.array().square()).sqrt().maxCoeff();
}

std::vector<std::string> range_warnings(const OwnerPlan& plan, const learn::TrainingTrace& mirror) {
  std::vector<std::string> warnings;
  const double domain = plan.plan.spec.activation.domain();
  if (mirror.first_exceedance) {
    const learn::RangeExceedance& seen = *mirror.first_exceedance;
    warnings.push_back(fmt::format(
        "in iteration {} the logit of row {} and class {} is {:.3g}, outside the activation's "
        "domain [-{:g}, {:g}] (largest in the run: {:.3g}): the weights may go astray; plan with a "
        "larger --range, a smaller --step or fewer --iterations",
        seen.iteration, seen.row + 1, seen.label, seen.logit, domain, domain,
        mirror.largest_logit()));
  }
  if (plan.plan.costs.refreshes > 0) {
    add_refresh_warning(*plan.plan.spec.refresh, mirror, warnings);
  }
  const double room = kFirstPrime / plan.plan.spec.scale;
  for (std::size_t t = 0; t < mirror.iterations.size(); ++t) {
    const double largest = mirror.iterations[t].weights.cwiseAbs().maxCoeff();
    if (!(largest < room)) {
      warnings.push_back(fmt::format(
          "after iteration {} a weight is {:.3g}, but the scale leaves room for {:.3g} only: it "
          "cannot be decrypted; plan with a smaller --step or fewer --scale-bits",
          t + 1, largest, room));
      break;
    }
  }
  return warnings;
}

void encrypt_job(const OwnerFolder& owner, const PreparedData& prepared,
                 std::span<const int> labels, const fs::path& out, base::ThreadPool& pool) {
  program::StagedDirectory staged(out, fs::perms(0755), "choose another --out, or remove it");
  const ckks::Encoder encoder(*owner.context);
  const std::vector<EncryptionTask> tasks = encryption_tasks(owner.plan, prepared, labels);
  std::atomic<std::size_t> done{0};
  {
    const program::Progress progress("encrypting", [&] {
      return program::ProgressState{static_cast<double>(done.load()),
                                    static_cast<double>(tasks.size()), ""};
    });
    pool.parallel_for(tasks.size(), [&](std::size_t i) {
      program::throw_if_interrupted();
      const EncryptionTask& task = tasks[i];
      const auto plaintext = encoder.encode(std::span<const std::complex<double>>(task.pack()),
                                            rlwe::Scale{task.scale}, task.level);
      const auto ct = owner::encrypt(*owner.context, owner.key.secret, plaintext);
      throw_on_error(
          base::write_file(staged.path() / program::ciphertext_file(task.role),
                           wire::save_seeded_ciphertext(owner.context->parameters(),
                                                        {owner.key.key_set, task.role}, ct)));
      ++done;
    });
  }
  save_public_plan(staged.path() / upload::kPlan, owner.plan);
  link_evaluation_keys(owner.path / upload::kKeys, staged.path() / upload::kKeys);
  store_transform(owner, prepared.transform);
  staged.commit();
}

}  // namespace blindfit::journey
