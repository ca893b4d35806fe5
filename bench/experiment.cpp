// SPDX-License-Identifier: Apache-2.0
#include "bench/experiment.h"

#include <chrono>
#include <mutex>

#include "blindfit/base/thread_pool.h"

namespace blindfit::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Counters from the wall clock: the library's own rates divide by the time of the calling thread,
// which sleeps while others work.
void report(benchmark::State& state, const Experiment& experiment,
            std::chrono::duration<double> elapsed, double threads) {
  const double runs = static_cast<double>(state.iterations()) * threads;
  const auto set = [&state](const std::string& name, double value) {
    state.counters[name] = benchmark::Counter(value, benchmark::Counter::kAvgThreads);
  };
  if (experiment.limbs > 0) {
    set("us/limb", elapsed.count() * 1e6 / (runs * experiment.limbs));
  }
  if (experiment.operations > 0) {
    set("Gop/s", experiment.operations * runs / elapsed.count() * 1e-9);
  }
  if (experiment.bytes > 0) {
    set("GB/s", experiment.bytes * runs / elapsed.count() * 1e-9);
  }
  for (const auto& constant : experiment.constants) {
    set(constant.first, constant.second);
  }
}

void time_single(benchmark::State& state, const Experiment& experiment) {
  const Run run = experiment.prepare();
  if (!experiment.slow) {
    run();  // touches every page and fills the caches as they will be
  }
  const Clock::time_point start = Clock::now();
  for (auto _ : state) {
    run();
    benchmark::ClobberMemory();
  }
  report(state, experiment, Clock::now() - start, 1);
}

void time_pooled(benchmark::State& state, const Experiment& experiment, std::size_t tasks,
                 std::size_t runs_per_task) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < tasks; ++i) {
    runs.push_back(experiment.prepare());
  }
  base::ThreadPool pool(2);
  const auto batch = [&] {
    pool.parallel_for(tasks, [&](std::size_t i) {
      for (std::size_t r = 0; r < runs_per_task; ++r) {
        runs[i]();
      }
    });
  };
  if (!experiment.slow) {
    batch();
  }
  const Clock::time_point start = Clock::now();
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(tasks * runs_per_task))) {
    batch();
  }
  report(state, experiment, Clock::now() - start, 1);
}

void time_side_by_side(benchmark::State& state, const Experiment& experiment) {
  static std::mutex preparing;
  Run run;
  {
    const std::lock_guard lock(preparing);
    run = experiment.prepare();
  }
  if (!experiment.slow) {
    run();
  }
  // Each thread's own time, without the waiting at both ends.
  Clock::time_point start;
  Clock::time_point finish;
  bool started = false;
  for (auto _ : state) {
    if (!started) {
      start = Clock::now();
      started = true;
    }
    run();
    benchmark::ClobberMemory();
    finish = Clock::now();
  }
  report(state, experiment, finish - start, state.threads());
}

}  // namespace

void register_single(const Experiment& experiment) {
  benchmark::RegisterBenchmark(
      (experiment.operation + experiment.conditions + "/threads:1").c_str(),
      [experiment](benchmark::State& state) { time_single(state, experiment); })
      ->Unit(experiment.unit);
}

void register_pooled(const Experiment& experiment, std::size_t tasks, std::size_t runs_per_task) {
  benchmark::RegisterBenchmark(
      (experiment.operation + experiment.conditions + "/threads:2").c_str(),
      [experiment, tasks, runs_per_task](benchmark::State& state) {
        time_pooled(state, experiment, tasks, runs_per_task);
      })
      ->Unit(experiment.unit);
}

void register_side_by_side(const Experiment& experiment) {
  benchmark::RegisterBenchmark(
      (experiment.operation + "SideBySide" + experiment.conditions).c_str(),
      [experiment](benchmark::State& state) { time_side_by_side(state, experiment); })
      ->Unit(experiment.unit)
      ->Threads(2);  // appends "/threads:2"
}

}  // namespace blindfit::bench
