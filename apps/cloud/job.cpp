// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/job.h"

#include <utility>
#include <vector>

#include "apps/cloud/ciphertext_files.h"
#include "apps/cloud/loading_tasks.h"
#include "apps/cloud/streamed_data.h"
#include "apps/program/available_memory.h"
#include "apps/program/job_files.h"
#include "blindfit/wire/checked_json.h"

namespace blindfit::cloud {
namespace {

using wire::RoleKind;
namespace fs = std::filesystem;

/// Reads the files of one job. Tasks may run side by side; each fills a place of its own.
class JobReader {
 public:
  JobReader(const fs::path& folder, Job& job)
      : job_(job),
        keys_(folder, job.key_set),
        files_{folder, job.context, job.key_set},
        streams_(job.pairs_at_once < job.plan.spec.tiling.row_pairs()) {
    tasks_.add_keys(keys_, job.plan.keys,
                    {*job.context, job.keys, job.refresh ? &*job.refresh : nullptr});
    add_ciphertext_tasks();
  }

  void run(base::ThreadPool& pool) {
    tasks_.run(pool);
    base::Hasher hasher;
    for (const DataFile& file : expected_) {
      hasher.update(file.checksum);
    }
    job_.digest = wire::hexadecimal(hasher.finish());
    finish_data(pool);
  }

 private:
  void add_ciphertext_tasks() {
    const learn::TrainingSpec& spec = job_.plan.spec;
    const learn::UploadLevels& levels = job_.plan.levels;
    tiles_.resize(spec.tiling.row_pairs() * spec.tiling.feature_tiles());
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
      add_ciphertext(RoleKind::kData, i + 1, levels.data, spec.scale,
                     streams_ ? nullptr : &tiles_[i]);
    }
    auto& in = job_.inputs;
    if (spec.labels == learn::LabelSource::kEncryptedLabels) {
      in.labels.resize(spec.tiling.row_pairs());
      for (std::size_t i = 0; i < in.labels.size(); ++i) {
        add_ciphertext(RoleKind::kLabels, i + 1, levels.labels, spec.scale, &in.labels[i]);
      }
    } else {
      in.label_products.resize(spec.batches);
      for (std::size_t i = 0; i < in.label_products.size(); ++i) {
        add_ciphertext(RoleKind::kLabelProduct, program::part_index(i, spec.batches),
                       levels.label_product, spec.scale, &in.label_products[i]);
      }
    }
    if (spec.encrypted_preconditioner) {
      add_ciphertext(RoleKind::kPreconditioner, 0, levels.preconditioner,
                     spec.scale * learn::kPreconditionerGain, &in.preconditioner.emplace());
    }
    if (spec.start == learn::Start::kEncrypted) {
      add_ciphertext(RoleKind::kStart, 0, levels.start, spec.scale, &in.start.emplace());
    }
  }

  /// Without a place for it, the file is checked and left on the disk.
  void add_ciphertext(wire::RoleKind kind, std::size_t index, std::size_t level, double scale,
                      ckks::Ciphertext* out) {
    const std::size_t place = expected_.size();
    const wire::Role role{kind, static_cast<std::uint32_t>(index), job_.plan_id};
    expected_.push_back({{role, level, scale}, {}});
    tasks_.add([this, place, out] {
      LoadedCiphertext loaded = files_.load(expected_[place].expected);
      expected_[place].checksum = std::move(loaded.checksum);
      if (out != nullptr) {
        *out = std::move(loaded.ciphertext);
      }
    });
  }

  void finish_data(base::ThreadPool& pool) {
    const matrix::Tiling& tiling = job_.plan.spec.tiling;
    if (streams_) {
      expected_.resize(tiles_.size());  // data come first
      job_.inputs.data = streamed_data(files_, std::move(expected_), tiling.feature_tiles(),
                                       job_.pairs_at_once, pool);
    } else {
      job_.inputs.data = learn::resident_data(tiling, std::move(tiles_));
    }
  }

  Job& job_;
  KeyFolder keys_;
  CiphertextFiles files_;
  bool streams_;
  LoadingTasks tasks_;
  std::vector<ckks::Ciphertext> tiles_;  // of X, unless it is streamed
  std::vector<DataFile> expected_;       // all ciphertext files, in the plan's order
};

/// As many row pairs as memory holds besides everything else.
std::size_t choose_pairs_at_once(const learn::TrainingPlan& plan, double memory) {
  std::size_t pairs = plan.spec.tiling.row_pairs();
  double needed = plan.costs.peak_memory_bytes;
  while (needed > memory && pairs > 1) {
    pairs = (pairs + 1) / 2;
    needed = learn::streaming_memory(plan, pairs);
  }
  program::require_memory(needed, memory);
  return pairs;
}

}  // namespace

Job load_job(const fs::path& folder, KeyedPlan plan, double memory, base::ThreadPool& pool) {
  Job job{std::move(plan), 0, {}, {}};
  job.pairs_at_once = choose_pairs_at_once(job.plan, memory);
  job.key_set = read_key_set(folder, {RoleKind::kData, 1, {}});
  JobReader(folder, job).run(pool);
  return job;
}

}  // namespace blindfit::cloud
