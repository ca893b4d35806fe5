// SPDX-License-Identifier: Apache-2.0
// A thread that calls a function every so often until it is destroyed.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace blindfit::program {

/// `task` must not throw. It runs once at once, then every `interval`, and once more at the end.
class Poller {
 public:
  Poller(std::chrono::milliseconds interval, std::function<void()> task);
  /// Runs the task a last time on the calling thread.
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

 private:
  void work();

  std::chrono::milliseconds interval_;
  std::function<void()> task_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace blindfit::program
