// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/refresh_run.h"

#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "apps/cloud/refresh_upload.h"
#include "apps/program/console.h"
#include "apps/program/exit_code.h"
#include "apps/program/interrupt.h"
#include "apps/program/job_files.h"
#include "apps/program/machine.h"
#include "apps/program/peak_memory.h"
#include "apps/program/progress.h"
#include "apps/program/staged_directory.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/bootstrap/bootstrapper.h"
#include "blindfit/ckks/rotate.h"
#include "blindfit/wire/ciphertext_file.h"

namespace blindfit::cloud {
namespace {

using nlohmann::json;
using wire::RoleKind;
namespace fs = std::filesystem;

constexpr double kMebi = 1 << 20;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Refreshes inputs one after the other and writes what comes of them.
class RefreshRun {
 public:
  RefreshRun(const RefreshUpload& upload, const fs::path& folder, base::ThreadPool& pool)
      : upload_(upload),
        folder_(folder),
        pool_(pool),
        encoder_(*upload.context),
        bootstrapper_(
            upload.material.parameters,
            {encoder_, *upload.material.tiny, upload.keys, upload.material.encapsulation, &pool},
            {upload.job.log_slots, ckks::Scale{std::exp2(upload.job.set.usable.bits)},
             bootstrap::public_signs(upload.job.signs, std::size_t{1} << upload.job.log_slots)}) {}

  [[nodiscard]] const bootstrap::Bootstrapper& bootstrapper() const noexcept {
    return bootstrapper_;
  }

  /// Seconds and threads of every refresh.
  json run(bool compare_threads) {
    std::atomic<std::size_t> done{0};
    const std::size_t total = upload_.inputs.size();
    const program::Progress progress("refreshing", [&done, total] {
      const std::size_t finished = done.load();
      return program::ProgressState{static_cast<double>(finished), static_cast<double>(total), ""};
    });
    json seconds = json::array();
    json threads = json::array();
    for (std::size_t i = 0; i < total; ++i) {
      program::throw_if_interrupted();
      const bool alone = compare_threads && i % 2 == 0;
      const auto start = std::chrono::steady_clock::now();
      const ckks::Ciphertext out = refresh(upload_.inputs[i], alone);
      seconds.push_back(seconds_since(start));
      threads.push_back(alone ? 1 : pool_.threads());
      save(RoleKind::kRefreshed, i + 1, out);
      if (upload_.job.powers && i + 1 == total) {
        save_powers(out);
      }
      ++done;
    }
    return {{"seconds", seconds}, {"threads", threads}};
  }

 private:
  [[nodiscard]] ckks::Ciphertext refresh(const ckks::Ciphertext& ct, bool alone) const {
    if (!alone) {
      return bootstrapper_.refresh(ct);
    }
    ckks::Ciphertext out;
    // Inside a task nothing else is shared out.
    pool_.parallel_for(2, [&](std::size_t k) {
      if (k == 0) {
        out = bootstrapper_.refresh(ct);
      }
    });
    return out;
  }

  /// factor^2, factor^3, ... until no level is left.
  void save_powers(const ckks::Ciphertext& factor) const {
    ckks::Ciphertext power = factor;
    for (std::size_t exponent = 2; power.level() > 0; ++exponent) {
      power = ckks::multiply(*upload_.context, power, factor);
      ckks::relinearize_and_rescale(*upload_.context, upload_.keys, power);
      save(RoleKind::kPower, exponent, power);
    }
  }

  void save(RoleKind kind, std::size_t index, const ckks::Ciphertext& ct) const {
    const wire::Role role{kind, static_cast<std::uint32_t>(index), upload_.id};
    program::throw_on_error(base::write_file(
        folder_ / program::ciphertext_file(role),
        wire::save_ciphertext(upload_.context->parameters(), {upload_.key_set, role}, ct)));
  }

  const RefreshUpload& upload_;
  fs::path folder_;
  base::ThreadPool& pool_;
  ckks::Encoder encoder_;
  bootstrap::Bootstrapper bootstrapper_;
};

}  // namespace

json refresh(const RefreshOptions& options) {
  const program::PeakMemory memory;
  base::ThreadPool pool(options.threads);
  program::StagedDirectory staged(options.out, fs::perms::owner_all, "choose another --out");
  auto start = std::chrono::steady_clock::now();
  const RefreshUpload upload = load_refresh_upload(options.job, pool);
  const double load_seconds = seconds_since(start);
  start = std::chrono::steady_clock::now();
  RefreshRun run(upload, staged.path(), pool);
  const double setup_seconds = seconds_since(start);
  const double resident = program::current_anonymous_mib() * kMebi;
  json record = run.run(options.compare_threads);
  record.update({{"format", "blindfit refreshed"},
                 {"levels_left", run.bootstrapper().contract().output_level},
                 {"load_seconds", load_seconds},
                 {"setup_seconds", setup_seconds},
                 {"evaluation_keys", upload.keys.size() + 2},
                 {"evaluation_key_bytes", program::folder_bytes(options.job, ".key")},
                 {"matrix_bytes", run.bootstrapper().matrix_bytes()},
                 {"resident_bytes", resident},
                 {"peak_anonymous_mib", memory.mib()},
                 {"kernels", program::kernels_name()},
                 {"cpu", program::cpu_name()}});
  program::write_json_file(staged.path() / program::result::kRefreshed, record);
  staged.commit();
  return record;
}

}  // namespace blindfit::cloud
