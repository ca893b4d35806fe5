// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/run_experiment.h"

#include <algorithm>
#include <chrono>

#include "apps/owner/experiments/learning_figures.h"
#include "apps/owner/experiments/temporary_folder.h"
#include "apps/owner/journey/plan_table.h"
#include "apps/owner/journey/upload.h"
#include "apps/program/console.h"
#include "apps/program/job_files.h"
#include "apps/program/machine.h"
#include "apps/program/peak_memory.h"
#include "apps/program/subprocess.h"

namespace blindfit::experiments {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Runs the cloud's program in its folder; returns its record and the wall time of the process.
json run_cloud(const fs::path& folder, std::size_t threads) {
  const program::Finished finished =
      program::run_or_throw({.program = program::program_beside_this("blindfit-cloud"),
                             .arguments = {"train", "--job", "upload", "--out", "result",
                                           "--threads", std::to_string(threads)},
                             .directory = folder,
                             .silent = true});
  json record = program::read_json_file(folder / "result" / program::result::kTraining);
  record["train_seconds"] = finished.seconds;
  return record;
}

/// The plan's figures, and the names under which the experiments' tables hold them.
json experiment_plan_figures(const journey::OwnerPlan& plan) {
  constexpr double kMebi = 1 << 20;
  json figures = journey::plan_figures(plan);
  figures["components"] = plan.preparation.transform.components;
  figures["plan_peak_rss_mib"] = plan.plan.costs.peak_memory_bytes / kMebi;
  if (!figures.contains("refreshes")) {
    figures["refreshes"] = 0;
  }
  return figures;
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
  json figures = experiment_plan_figures(plan);

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

RunOptions settle(RunOptions options) {
  options.threads = options.threads == 0 ? program::available_cores() : options.threads;
  return options;
}

json run_on_rows(const Experiment& experiment, const Rows& rows, const learn::CostModel& cost,
                 const RunOptions& options) {
  const journey::OwnerPlan plan = experiment.plan(rows.train, cost);
  json figures = run_journey(plan, experiment, rows, options);
  figures["experiment"] = experiment.name;
  figures["heldout_rows"] = rows.heldout.rows();
  return figures;
}

json run_experiment(const Experiment& experiment, const RunOptions& options) {
  const RunOptions settled = settle(options);
  const Rows rows = experiment.rows(settled.data);
  return run_on_rows(experiment, rows, learn::measure_cost_model(settled.threads), settled);
}

}  // namespace blindfit::experiments
