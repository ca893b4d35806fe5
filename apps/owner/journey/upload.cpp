// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/upload.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <system_error>

#include "apps/owner/journey/encryption_tasks.h"
#include "apps/owner/journey/rows_record.h"
#include "apps/program/exit_code.h"
#include "apps/program/interrupt.h"
#include "apps/program/job_files.h"
#include "apps/program/progress.h"
#include "apps/program/staged_directory.h"
#include "blindfit/ckks/encoder.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/load_file.h"
#include "blindfit/wire/transform_file.h"

namespace blindfit::journey {
namespace {

using base::Error;
using base::ErrorCode;
using program::throw_on_error;
using program::value_or_throw;
namespace fs = std::filesystem;
namespace upload = program::upload;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// The folder's transform belongs to the rows that were encrypted with its keys; a second set of
/// rows would make the first result unreadable.
class StoredTransform {
 public:
  StoredTransform(const OwnerFolder& owner, const data::FeatureTransform& transform)
      : path_(owner.path / owner_files::kTransform),
        bytes_(wire::save_transform(owner.identity(), transform)) {
    if (is_there(path_) &&
        value_or_throw(base::read_file(path_, wire::Limits{}.max_bytes)) != bytes_) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("the keys in '{}' have encrypted other rows already, and its "
                              "transform belongs to them; make a folder of keys for every set of "
                              "rows with `keygen`",
                              owner.path.string()));
    }
  }
  void store() const {
    if (!is_there(path_)) {
      throw_on_error(base::write_file(path_, bytes_, base::FileAccess::kOwnerOnly));
    }
  }

 private:
  fs::path path_;
  std::vector<std::uint8_t> bytes_;
};

/// The ciphertexts of one folder.
class UploadFiles {
 public:
  UploadFiles(const OwnerFolder& owner, std::vector<EncryptionTask> tasks, fs::path folder)
      : owner_(owner),
        encoder_(*owner.context),
        tasks_(std::move(tasks)),
        folder_(std::move(folder)) {}

  [[nodiscard]] std::size_t count() const noexcept { return tasks_.size(); }
  [[nodiscard]] fs::path path(std::size_t i) const {
    return folder_ / program::ciphertext_file(tasks_[i].role);
  }
  [[nodiscard]] std::size_t present() const {
    std::size_t present = 0;
    for (std::size_t i = 0; i < count(); ++i) {
      present += is_there(path(i)) ? 1U : 0U;
    }
    return present;
  }
  /// Why a file that is there is not what belongs there.
  [[nodiscard]] base::Status check(std::size_t i) const {
    const EncryptionTask& task = tasks_[i];
    const auto ct = wire::load_file(path(i), {}, [&](std::span<const std::uint8_t> bytes) {
      return wire::load_seeded_ciphertext(bytes, owner_.context->parameters(),
                                          {owner_.key.key_set, task.role});
    });
    if (!ct) {
      return ct.error();
    }
    if (ct->c0.q_limbs() != task.level + 1 || !ct->scale.matches({task.scale})) {
      return Error(ErrorCode::kForeign, path(i).string() + ": level and scale must be the plan's");
    }
    return base::kDone;
  }
  void make(std::size_t i) const {
    const EncryptionTask& task = tasks_[i];
    const auto plaintext = encoder_.encode(std::span<const std::complex<double>>(task.pack()),
                                           rlwe::Scale{task.scale}, task.level);
    const auto ct = owner::encrypt(*owner_.context, owner_.key.secret, plaintext);
    throw_on_error(base::write_file(
        path(i), wire::save_seeded_ciphertext(owner_.context->parameters(),
                                              {owner_.key.key_set, task.role}, ct)));
  }

 private:
  const OwnerFolder& owner_;
  ckks::Encoder encoder_;
  std::vector<EncryptionTask> tasks_;
  fs::path folder_;
};

/// An earlier run's folder holds what a run writes and nothing else: all of it will be uploaded.
/// Files half-written by a killed run go.
void clean(const fs::path& folder, const UploadFiles& files) {
  std::set<fs::path> known = {folder / upload::kPlan};
  for (std::size_t i = 0; i < files.count(); ++i) {
    known.insert(files.path(i));
  }
  const auto is_temporary = [&known](const fs::path& path) {
    const std::string name = path.string();
    const std::size_t mark = name.rfind(".partial-");
    return mark != std::string::npos && known.count(name.substr(0, mark)) != 0;
  };
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (is_temporary(entry.path())) {
      fs::remove(entry.path());
    } else if (known.count(entry.path()) == 0 && entry.path() != folder / upload::kKeys) {
      throw Error(
          ErrorCode::kIo,
          fmt::format("'{}' is no part of this upload; move it away, or remove '{}' to start "
                      "over",
                      entry.path().string(), folder.string()));
    }
  }
}

/// Files each ciphertext that is not there whole.
UploadOutcome make_missing(const UploadFiles& files, base::ThreadPool& pool) {
  std::vector<std::optional<std::string>> replaced(files.count());
  std::atomic<std::size_t> made{0};
  std::atomic<std::size_t> kept{0};
  std::atomic<bool> failed{false};
  const program::Progress progress("encrypting", [&] {
    return program::ProgressState{static_cast<double>(made.load() + kept.load()),
                                  static_cast<double>(files.count()), ""};
  });
  pool.parallel_for(files.count(), [&](std::size_t i) {
    if (failed) {
      return;
    }
    try {
      program::throw_if_interrupted();
      if (is_there(files.path(i))) {
        const base::Status whole = files.check(i);
        if (whole.ok()) {
          ++kept;
          return;
        }
        replaced[i] = whole.error().what();
      }
      files.make(i);
      ++made;
    } catch (...) {
      failed = true;  // the others need not try: the disk is as full for them
      throw;
    }
  });
  UploadOutcome outcome{made, kept, {}};
  for (const auto& reason : replaced) {
    if (reason) {
      outcome.replaced.push_back(*reason);
    }
  }
  return outcome;
}

/// What stays behind, and how to go on.
Error with_remedy(const Error& error, std::size_t present, std::size_t count,
                  const fs::path& stage) {
  const bool cancelled = error.code() == ErrorCode::kCancelled;
  return {
      error.code(),
      fmt::format("{}; {} of {} ciphertexts are finished and stay in '{}': go on with `blindfit "
                  "encrypt --resume` and the same flags, or remove that folder to start over",
                  cancelled ? "interrupted" : error.what(), present, count, stage.string())};
}

void link_evaluation_keys(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);  // a killed run may have left half a copy
  fs::create_directory(to);
  for (const auto& entry : fs::directory_iterator(from)) {
    std::error_code error;
    const fs::path copy = to / entry.path().filename();
    fs::create_hard_link(entry.path(), copy, error);
    if (error && !fs::copy_file(entry.path(), copy, error)) {
      throw Error(ErrorCode::kIo, fmt::format("cannot make '{}': {}; check that its folder is "
                                              "writable and has space",
                                              copy.string(), error.message()));
    }
  }
}

/// A run that was killed after its last step has nothing left to do.
bool is_whole(const UploadFiles& files) {
  for (std::size_t i = 0; i < files.count(); ++i) {
    if (!files.check(i).ok()) {
      return false;
    }
  }
  return true;
}

}  // namespace

UploadOutcome encrypt_job(const OwnerFolder& owner, const PreparedData& prepared,
                          std::span<const int> labels, const UploadTarget& target,
                          base::ThreadPool& pool) {
  const StoredTransform transform(owner, prepared.transform);
  const RowsRecord rows(owner, prepared, labels);
  const bool known = rows.exists();
  if (known) {
    rows.check();
  }
  const auto files_in = [&](const fs::path& folder) {
    return UploadFiles(owner, encryption_tasks(owner.plan, prepared, labels), folder);
  };
  if (target.resume && known && is_whole(files_in(target.folder))) {
    return {0, owner.plan.plan.costs.ciphertexts_uploaded, {}};
  }
  program::ResumableDirectory stage(target.folder, target.resume,
                                    "choose another --out, or remove it");
  const UploadFiles files = files_in(stage.path());
  if (!known && files.present() != 0) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("'{}' does not say which rows '{}' was made of; remove the latter to "
                            "start over",
                            owner.path.string(), stage.path().string()));
  }
  clean(stage.path(), files);
  if (!known) {
    rows.write();
  }
  try {
    UploadOutcome outcome = make_missing(files, pool);
    save_public_plan(stage.path() / upload::kPlan, owner.plan);
    link_evaluation_keys(owner.path / upload::kKeys, stage.path() / upload::kKeys);
    transform.store();
    stage.commit();
    return outcome;
  } catch (const Error& error) {
    const std::size_t present = files.present();
    if (present != 0) {
      throw with_remedy(error, present, files.count(), stage.path());
    }
    if (!known) {
      rows.remove();
    }
    throw;
  }
}

}  // namespace blindfit::journey
