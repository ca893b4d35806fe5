// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/predict_run.h"

#include <fmt/core.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "apps/cloud/loading_tasks.h"
#include "apps/cloud/logit_files.h"
#include "apps/program/available_memory.h"
#include "apps/program/console.h"
#include "apps/program/exit_code.h"
#include "apps/program/interrupt.h"
#include "apps/program/job_files.h"
#include "apps/program/machine.h"
#include "apps/program/peak_memory.h"
#include "apps/program/progress.h"
#include "apps/program/staged_directory.h"
#include "blindfit/learn/cipher_machine.h"
#include "blindfit/learn/head.h"
#include "blindfit/learn/inference.h"
#include "blindfit/learn/inference_plan.h"
#include "blindfit/wire/checked_json.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::cloud {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;
using program::value_or_throw;
using wire::RoleKind;
namespace fs = std::filesystem;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The weights of a plain head as its design matrix has columns: bias first. They must have the
/// query's shape.
data::Matrix plain_weights(const fs::path& path, const learn::PlainHeadShape& shape) {
  const learn::Head head = value_or_throw(learn::load_head(path));
  const auto features = static_cast<std::size_t>(head.features()) + 1;
  const auto classes = static_cast<std::size_t>(head.classes());
  if (learn::PlainHeadShape{features, classes} != shape) {
    throw Error(
        ErrorCode::kInvalidArgument,
        fmt::format("{}: the query asks for {} classes of {} features: {} of {}; give the "
                    "head that the query was made for",
                    path.string(), shape.classes, shape.features - 1, classes, features - 1));
  }
  data::Matrix weights(head.classes(), head.features() + 1);
  weights << head.bias, head.weights;
  return weights;
}

/// The weights of a training run, as its folder holds them.
class TrainedWeights {
 public:
  TrainedWeights(const fs::path& result, const KeyedPlan& plan, std::size_t iteration)
      : result_(result), plan_(plan), iteration_(iteration) {
    if (iteration_ == 0) {
      iteration_ = program::finished_iterations(result_, refreshed(), plan_.plan_id);
    }
    if (iteration_ == 0 || !fs::exists(result_ / program::ciphertext_file(role()))) {
      throw Error(ErrorCode::kIo,
                  fmt::format("'{}' must hold weights of iteration {}; run "
                              "`blindfit-cloud train --out` there",
                              result_.string(), std::max<std::size_t>(1, iteration_)));
    }
  }

  [[nodiscard]] std::size_t iteration() const noexcept { return iteration_; }

  [[nodiscard]] learn::TrainingState<ckks::Ciphertext> load() const {
    auto ct = value_or_throw(wire::load_file(
        result_ / program::ciphertext_file(role()), wire::Limits{},
        [&](std::span<const std::uint8_t> bytes) {
          return wire::load_ciphertext(bytes, plan_.context->parameters(), {plan_.key_set, role()});
        }));
    learn::TrainingState<ckks::Ciphertext> state;
    (refreshed() ? state.both : state.w) = std::move(ct);
    return state;
  }

 private:
  [[nodiscard]] bool refreshed() const { return plan_.plan.spec.refresh.has_value(); }
  [[nodiscard]] wire::Role role() const {
    return program::weights_role(refreshed(), iteration_, plan_.plan_id);
  }

  const fs::path& result_;
  const KeyedPlan& plan_;
  std::size_t iteration_;
};

/// Whose logits are asked for must be what there is.
void check_head(const PredictOptions& options, const wire::Query& query) {
  if (!query.iterations.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                "the query is a validation part, for `train --validation`; make one without "
                "--after");
  }
  if (query.plain ? options.head.empty() : options.result.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                query.plain ? "the query is for a plain head; give it with --head"
                            : "the query is for the trained head; give the training run's folder "
                              "with --result");
  }
}

/// The keys and matrices of one query, and what runs it.
class PredictRun {
 public:
  PredictRun(const KeyedPlan& plan, const QueryUpload& query, base::ThreadPool& pool)
      : plan_(plan),
        query_(query),
        encoder_(*plan.context),
        bootstrapper_(query.query.plain ? nullptr : make_bootstrapper(plan, encoder_, pool)),
        machine_(encoder_, plan.keys, plan.plan.spec, pool,
                 {bootstrapper_.get(), plan.plan.costs.refresh_key_switches}) {}

  /// By `trained`, or where that is null by `plain`.
  std::vector<ckks::Ciphertext> run(const TrainedWeights* trained, const data::Matrix& plain,
                                    std::size_t key_switches) {
    const program::Progress progress("predicting", [this, key_switches] {
      if (program::interrupted()) {
        machine_.cancel();
      }
      const auto total = static_cast<double>(key_switches);
      return program::ProgressState{std::min(static_cast<double>(machine_.key_switches()), total),
                                    total, ""};
    });
    learn::Inference<learn::CipherMachine> inference(machine_, query_.tiling,
                                                     plan_.plan.spec.scale);
    if (trained == nullptr) {
      return inference(query_.rows, matrix::MatrixView{plain.data(), query_.tiling.classes,
                                                       query_.tiling.features});
    }
    auto state = trained->load();
    learn::TrainingCircuit<learn::CipherMachine> circuit(machine_, plan_.plan.spec);
    return inference(query_.rows, circuit.weights(state, trained->iteration()));
  }

 private:
  const KeyedPlan& plan_;
  const QueryUpload& query_;
  ckks::Encoder encoder_;
  std::unique_ptr<bootstrap::Bootstrapper> bootstrapper_;  // none if nothing is refreshed
  learn::CipherMachine machine_;
};

void load_keys(const fs::path& folder, const learn::KeyRequirements& needed, KeyedPlan& plan,
               base::ThreadPool& pool) {
  const KeyFolder keys(folder, plan.key_set);
  LoadingTasks tasks;
  tasks.add_keys(keys, needed, {*plan.context, plan.keys, plan.refresh ? &*plan.refresh : nullptr});
  tasks.run(pool);
}

}  // namespace

json predict(const PredictOptions& options) {
  const program::PeakMemory memory;
  auto start = std::chrono::steady_clock::now();
  base::ThreadPool pool(options.threads);
  KeyedPlan plan = open_plan(options.job);
  const wire::Query query = read_query(options.query, plan);
  check_head(options, query);
  const matrix::Tiling tiling = value_or_throw(learn::query_tiling(plan.plan.spec, query.shape()));
  const learn::InferenceCosts costs = value_or_throw(
      learn::plan_inference(plan.plan, query.shape(), query_pairs_at_once(tiling, pool)));
  program::require_memory(
      costs.peak_memory_bytes,
      options.memory.value_or(program::available_bytes(program::read_memory_report())));
  std::optional<TrainedWeights> trained;
  data::Matrix plain;
  if (query.plain) {
    plain = plain_weights(options.head, *query.plain);
  } else {
    trained.emplace(options.result, plan, options.iteration);
  }
  program::StagedDirectory staged(options.out, fs::perms::owner_all, "choose another --out");
  plan.key_set =
      read_key_set(options.query, {RoleKind::kQueryRows, 1, wire::query_fingerprint(query)});
  const QueryUpload rows = open_query(options.query, query, plan, pool);
  load_keys(options.job, costs.keys, plan, pool);
  const double load_seconds = seconds_since(start);
  start = std::chrono::steady_clock::now();
  const auto logits =
      PredictRun(plan, rows, pool).run(trained ? &*trained : nullptr, plain, costs.key_switches);
  save_logits(staged.path(), plan, rows, 0, logits);
  json record = {{"format", "blindfit logits"},
                 {"query", wire::hexadecimal(rows.id)},
                 {"head", trained ? json(trained->iteration()) : json("plain")},
                 {"rows", query.rows},
                 {"classes", rows.tiling.classes},
                 {"ciphertexts", logits.size()},
                 {"load_seconds", load_seconds},
                 {"predict_seconds", seconds_since(start)},
                 {"peak_anonymous_mib", memory.mib()},
                 {"threads", pool.threads()},
                 {"kernels", program::kernels_name()},
                 {"cpu", program::cpu_name()}};
  program::write_json_file(staged.path() / program::result::kLogits, record);
  staged.commit();
  return record;
}

}  // namespace blindfit::cloud
