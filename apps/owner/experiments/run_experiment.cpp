// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/run_experiment.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "apps/owner/journey/decryption.h"
#include "apps/owner/journey/encryption.h"
#include "apps/owner/journey/plan_table.h"
#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "apps/program/machine.h"
#include "apps/program/peak_memory.h"
#include "apps/program/subprocess.h"
#include "blindfit/learn/head.h"
#include "blindfit/learn/loss.h"
#include "blindfit/wire/json_file.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::experiments {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// A folder that is gone when the experiment is.
class TemporaryFolder {
 public:
  TemporaryFolder(const fs::path& parent, const std::string& name) {
    std::string path = ((parent.empty() ? fs::temp_directory_path() : parent) / (name + "-XXXXXX"));
    if (::mkdtemp(path.data()) == nullptr) {
      throw base::Error(base::ErrorCode::kIo,
                        fmt::format("cannot make a folder in '{}': {}; choose another --scratch",
                                    fs::path(path).parent_path().string(),
                                    std::generic_category().message(errno)));
    }
    path_ = path;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// What the cloud's program says about itself.
json training_record(const fs::path& result) {
  return program::value_or_throw(wire::load_file(
      result / program::result::kTraining, wire::Limits{}, [](std::span<const std::uint8_t> b) {
        return wire::parse_json({reinterpret_cast<const char*>(b.data()), b.size()});
      }));
}

double accuracy_of(const data::Matrix& weights, const data::FeatureTransform& transform,
                   const data::Dataset& rows) {
  return learn::accuracy(learn::logits(learn::make_head(weights, transform), rows.features),
                         rows.labels);
}

/// Decrypts every iteration and holds it against the mirror.
json learning_figures(const journey::OwnerFolder& owner, const fs::path& result, const Rows& rows,
                      const journey::PreparedData& prepared, const learn::TrainingTrace& mirror) {
  json figures;
  double error = 0;
  for (std::size_t t = 1; t <= mirror.iterations.size(); ++t) {
    const data::Matrix weights = journey::decrypt_weights(owner, result, t).weights;
    error = std::max(error, (weights - mirror.iterations[t - 1].weights).cwiseAbs().maxCoeff());
    figures["train_accuracy"].push_back(accuracy_of(weights, prepared.transform, rows.train));
    figures["heldout_accuracy"].push_back(accuracy_of(weights, prepared.transform, rows.heldout));
    figures["mirror_heldout_accuracy"].push_back(
        accuracy_of(mirror.iterations[t - 1].weights, prepared.transform, rows.heldout));
  }
  figures["max_weight_error"] = error;
  figures["largest_logit"] = mirror.largest_logit();
  figures["owner_only_accuracy"] = learn::owner_only_accuracy(
      rows.train, rows.heldout, prepared.transform, owner.plan.preparation.optimizer);
  return figures;
}

/// Runs the cloud's program in its folder; returns its record and the wall time of the process.
json run_cloud(const fs::path& folder, std::size_t threads) {
  const program::Finished finished =
      program::run_or_throw({.program = program::program_beside_this("blindfit-cloud"),
                             .arguments = {"train", "--job", "upload", "--out", "result",
                                           "--threads", std::to_string(threads)},
                             .directory = folder,
                             .silent = true});
  json record = training_record(folder / "result");
  record["train_seconds"] = finished.seconds;
  return record;
}

/// The sides' folders and what happens in them, in order.
json run_journey(const journey::OwnerPlan& plan, const Experiment& experiment, const Rows& rows,
                 const RunOptions& options) {
  const program::PeakMemory memory;
  const TemporaryFolder owner_side(options.scratch, "blindfit-owner");
  const TemporaryFolder cloud_side(options.scratch, "blindfit-cloud");
  const fs::path keys = owner_side.path() / "owner";
  const fs::path upload = cloud_side.path() / "upload";
  const std::size_t threads = options.threads;
  json figures = journey::plan_figures(plan);

  base::ThreadPool pool(threads);
  figures["keygen_seconds"] =
      seconds_of([&] { journey::generate_keys(plan, keys, journey::Passphrase(), pool); });
  const journey::OwnerFolder owner = journey::open_owner_folder(keys, journey::Passphrase());
  const journey::PreparedData prepared = journey::prepare(rows.train, plan.preparation);
  figures["encrypt_seconds"] =
      seconds_of([&] { journey::encrypt_job(owner, prepared, rows.train.labels, upload, pool); });
  figures["upload_bytes"] = program::folder_bytes(upload, ".ct");
  figures["evaluation_key_bytes"] = program::folder_bytes(upload, ".key");

  const json record = run_cloud(cloud_side.path(), threads);
  for (const char* field : {"train_seconds", "iteration_seconds", "load_seconds", "setup_seconds",
                            "kernels", "threads", "cpu"}) {
    figures[field] = record.at(field);
  }
  const learn::TrainingTrace mirror = journey::run_mirror(plan, prepared, rows.train.labels);
  figures.update(learning_figures(owner, cloud_side.path() / "result", rows, prepared, mirror));
  figures.update(experiment.figures(plan, prepared, mirror));
  figures["peak_rss_mib"] = std::max(memory.mib(), record.at("peak_anonymous_mib").get<double>());
  return figures;
}

}  // namespace

json run_experiment(const Experiment& experiment, const RunOptions& options) {
  const Rows rows = experiment.rows(options.data);
  RunOptions settled = options;
  settled.threads = options.threads == 0 ? program::available_cores() : options.threads;
  const journey::OwnerPlan plan =
      experiment.plan(rows.train, learn::measure_cost_model(settled.threads));
  json figures = run_journey(plan, experiment, rows, settled);
  figures["experiment"] = experiment.name;
  figures["heldout_rows"] = rows.heldout.rows();
  return figures;
}

}  // namespace blindfit::experiments
