// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/training_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include "apps/program/available_memory.h"
#include "apps/program/interrupt.h"
#include "apps/program/peak_memory.h"
#include "apps/program/progress.h"
#include "blindfit/bootstrap/bootstrapper.h"
#include "blindfit/learn/cipher_machine.h"

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

/// The refresher of a job whose plan has refreshes. Encodes gigabytes of matrices.
std::unique_ptr<bootstrap::Bootstrapper> make_bootstrapper(const Job& job,
                                                           const ckks::Encoder& encoder,
                                                           base::ThreadPool& pool) {
  if (!job.plan.keys.encapsulation) {
    return nullptr;
  }
  const RefreshMaterial& material = *job.refresh;
  return std::make_unique<bootstrap::Bootstrapper>(
      material.parameters,
      bootstrap::BootstrapMaterial{encoder, *material.tiny, job.keys, material.encapsulation,
                                   &pool},
      bootstrap::BootstrapOptions{
          job.context->parameters().log_n() - 1, ckks::Scale{job.plan.spec.scale}, {}});
}

/// Trains from `record` to the end and saves after every iteration.
class TrainingRun {
 public:
  TrainingRun(const Job& job, const ResultFolder& folder, base::ThreadPool& pool)
      : job_(job),
        folder_(folder),
        encoder_(*job.context),
        bootstrapper_(make_bootstrapper(job, encoder_, pool)),
        machine_(encoder_, job.keys, job.plan.spec, pool,
                 {bootstrapper_.get(), job.plan.costs.refresh_key_switches}) {}

  void run(State state, TrainingRecord& record, const program::PeakMemory& memory) {
    std::atomic<std::size_t> iteration{record.finished()};
    const double total = remaining_key_switches(job_.plan, record.finished());
    const program::Progress progress(
        "training", [this, &iteration, total] { return look(iteration.load(), total); });
    learn::TrainingCircuit<learn::CipherMachine> circuit(machine_, job_.plan.spec);
    const std::vector<ckks::Ciphertext> products = circuit.label_products(job_.inputs);
    record.setup_seconds = watch_.lap();
    while (record.finished() < job_.plan.spec.iterations()) {
      circuit.step(job_.inputs, products, record.finished(), state);
      record.iteration_seconds.push_back(watch_.lap());
      record.peak_anonymous_mib = memory.mib();
      folder_.save_iteration(state, record);
      iteration = record.finished();
      program::throw_if_interrupted();
    }
  }

 private:
  program::ProgressState look(std::size_t finished, double total) {
    if (program::interrupted()) {
      machine_.cancel();
    }
    const std::size_t iterations = job_.plan.spec.iterations();
    return {static_cast<double>(machine_.key_switches()), total,
            fmt::format("iteration {} of {}", std::min(finished + 1, iterations), iterations)};
  }

  Stopwatch watch_;
  const Job& job_;
  const ResultFolder& folder_;
  ckks::Encoder encoder_;
  std::unique_ptr<bootstrap::Bootstrapper> bootstrapper_;  // none if nothing is refreshed
  learn::CipherMachine machine_;
};

}  // namespace

TrainingRecord train(const TrainOptions& options) {
  const program::PeakMemory memory;
  Stopwatch watch;
  base::ThreadPool pool(options.threads);
  const double available = program::available_bytes(program::read_memory_report());
  const Job job = load_job(options.job, options.memory.value_or(available), pool);
  const ResultFolder folder(options.out, job, options.resume);
  State state;
  if (job.plan.spec.start == learn::Start::kEncrypted) {
    state = {job.inputs.start, job.inputs.start, std::nullopt};
  }
  TrainingRecord record = folder.load_latest(state);
  if (record.finished() == job.plan.spec.iterations()) {
    return record;
  }
  record.load_seconds = watch.lap();
  record.threads = pool.threads();
  record.pairs_at_once =
      job.pairs_at_once < job.plan.spec.tiling.row_pairs() ? job.pairs_at_once : 0;
  try {
    TrainingRun(job, folder, pool).run(std::move(state), record, memory);
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
