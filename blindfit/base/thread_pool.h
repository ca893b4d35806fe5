// SPDX-License-Identifier: Apache-2.0
// Fork-join over independent tasks: the only parallelism in blindfit. Results never depend on the
// number of threads, because tasks share no state and modular sums are exact.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace blindfit::base {

/// A fixed set of threads. The calling thread works too, so ThreadPool(1) starts none.
class ThreadPool {
 public:
  /// Starts `threads` - 1 workers; 0 means one per available core. Throws std::system_error if the
  /// operating system refuses a thread; none is left running then.
  explicit ThreadPool(std::size_t threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] std::size_t threads() const noexcept { return workers_.size() + 1; }

  /// Calls task(0) ... task(count - 1), each once, in any order and on any thread; returns when all
  /// are done. If tasks throw, the rest still runs and then the exception of the lowest index is
  /// rethrown here, so that failures too do not depend on the number of threads. A call from inside
  /// a task runs serially in that task; calls from several threads take turns.
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& task);

 private:
  void work();
  void run_available(std::unique_lock<std::mutex>& lock);
  void stop() noexcept;

  std::mutex turn_;  ///< held by the one thread whose parallel_for uses the workers
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  const std::function<void(std::size_t)>* task_ = nullptr;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  std::size_t running_ = 0;
  bool stopping_ = false;
  std::exception_ptr failure_;
  std::size_t failed_index_ = 0;
  std::vector<std::thread> workers_;
};

}  // namespace blindfit::base
