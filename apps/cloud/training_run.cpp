// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/training_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include "apps/cloud/validation.h"
#include "apps/program/available_memory.h"
#include "apps/program/interrupt.h"
#include "apps/program/peak_memory.h"
#include "apps/program/progress.h"
#include "blindfit/learn/cipher_machine.h"
#include "blindfit/learn/inference.h"

namespace blindfit::cloud {
namespace {

using base::Error;
using base::ErrorCode;

class Stopwatch {
 public:
  /// Seconds since construction or the last call.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(start_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Key switches that are still to be done. A resumed run has a share of the plan's.
double remaining_key_switches(const learn::TrainingPlan& plan, std::size_t finished) {
  const auto iterations = static_cast<double>(plan.spec.iterations());
  return static_cast<double>(plan.costs.key_switches) *
         (iterations - static_cast<double>(finished)) / iterations;
}

/// Trains from `record` to the end, or until the owner says stop, and saves after every iteration.
class TrainingRun {
 public:
  /// `validation` may be null. All arguments must outlive the run.
  TrainingRun(const Job& job, const ResultFolder& folder, const Validation* validation,
              base::ThreadPool& pool)
      : job_(job),
        folder_(folder),
        validation_(validation),
        encoder_(*job.context),
        bootstrapper_(make_bootstrapper(job, encoder_, pool)),
        machine_(encoder_, job.keys, job.plan.spec, pool,
                 {bootstrapper_.get(), job.plan.costs.refresh_key_switches}),
        circuit_(machine_, job.plan.spec) {}

  void run(State state, TrainingRecord& record, const program::PeakMemory& memory,
           double wait_seconds) {
    finished_ = record.finished();
    const double total = remaining_key_switches(job_.plan, record.finished());
    const program::Progress progress("training", [this, total] { return look(total); });
    const std::vector<ckks::Ciphertext> products = circuit_.label_products(job_.inputs);
    record.setup_seconds = watch_.lap();
    while (goes_on(state, record, wait_seconds)) {
      circuit_.step(job_.inputs, products, record.finished(), state);
      record.iteration_seconds.push_back(watch_.lap());
      record.peak_anonymous_mib = memory.mib();
      folder_.save_iteration(state, record);
      finished_ = record.finished();
      program::throw_if_interrupted();
    }
  }

 private:
  /// Leaves logits where they are asked for, and says whether there is another iteration to do.
  bool goes_on(State& state, TrainingRecord& record, double wait_seconds) {
    const std::size_t t = record.finished();
    const bool more = t < job_.plan.spec.iterations();
    if (validation_ == nullptr || t == 0) {
      return more;
    }
    watch_.lap();
    for (const std::size_t wanted : validation_->wanted(t)) {
      if (wanted == t) {
        validate(state, t);
      } else {  // listed when it had passed already
        State earlier = folder_.load_weights(wanted);
        validate(earlier, wanted);
      }
    }
    record.validation_seconds += watch_.lap();
    if (more) {  // after the last there is nothing to answer
      validation_->wait(t, wait_seconds);
    }
    record.stopped = validation_->stopped(t);
    watch_.lap();
    return more && !record.stopped;
  }

  void validate(State& state, std::size_t t) {
    const QueryUpload& query = validation_->query();
    const std::size_t before = machine_.key_switches();
    trained_ = before - of_validation_;
    learn::Inference<learn::CipherMachine> inference(machine_, query.tiling, job_.plan.spec.scale);
    validation_->save(t, inference(query.rows, circuit_.weights(state, t)));
    of_validation_ += machine_.key_switches() - before;
    trained_ = kMoving;
  }

  program::ProgressState look(double total) {
    if (program::interrupted()) {
      machine_.cancel();
    }
    const std::size_t iterations = job_.plan.spec.iterations();
    const std::size_t held = trained_.load();
    const std::size_t done =
        held == kMoving ? machine_.key_switches() - of_validation_.load() : held;
    return {
        std::min(static_cast<double>(done), total), total,
        fmt::format("iteration {} of {}", std::min(finished_.load() + 1, iterations), iterations)};
  }

  Stopwatch watch_;
  const Job& job_;
  const ResultFolder& folder_;
  const Validation* validation_;
  ckks::Encoder encoder_;
  std::unique_ptr<bootstrap::Bootstrapper> bootstrapper_;  // none if nothing is refreshed
  learn::CipherMachine machine_;
  learn::TrainingCircuit<learn::CipherMachine> circuit_;
  std::atomic<std::size_t> finished_{0};
  // Key switches that the plan did not count, and while there are more of them those that it did.
  static constexpr std::size_t kMoving = ~std::size_t{0};
  std::atomic<std::size_t> of_validation_{0};
  std::atomic<std::size_t> trained_{kMoving};
};

}  // namespace

TrainingRecord train(const TrainOptions& options) {
  const program::PeakMemory memory;
  Stopwatch watch;
  base::ThreadPool pool(options.threads);
  const double available = program::available_bytes(program::read_memory_report());
  KeyedPlan plan = open_plan(options.job);
  std::optional<wire::Query> query;
  if (options.validation) {
    query = read_query(*options.validation, plan);
    check_validation(*query, plan.plan.spec);
  }
  const Job job = load_job(options.job, std::move(plan), options.memory.value_or(available), pool);
  const ResultFolder folder(options.out, job, options.resume);
  State state;
  if (job.plan.spec.start == learn::Start::kEncrypted) {
    state = {job.inputs.start, job.inputs.start, std::nullopt};
  }
  TrainingRecord record = folder.load_latest(state);
  std::optional<QueryUpload> rows;
  std::optional<Validation> validation;
  if (query) {
    rows = open_query(*options.validation, *query, job, pool);
    validation.emplace(job, *rows, options.out);
  }
  const bool wanted = validation && !validation->wanted(record.finished()).empty();
  if (record.finished() == job.plan.spec.iterations() && !wanted) {
    return record;
  }
  record.load_seconds = watch.lap();
  record.threads = pool.threads();
  record.pairs_at_once =
      job.pairs_at_once < job.plan.spec.tiling.row_pairs() ? job.pairs_at_once : 0;
  try {
    TrainingRun(job, folder, validation ? &*validation : nullptr, pool)
        .run(std::move(state), record, memory, options.wait_seconds);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kCancelled) {
      throw;
    }
    throw Error(ErrorCode::kCancelled,
                fmt::format("interrupted after {} of {} iterations, which are kept; go on with "
                            "--resume",
                            record.finished(), job.plan.spec.iterations()));
  }
  return record;
}

}  // namespace blindfit::cloud
