// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/thread_pool.h"

#include <algorithm>
#include <utility>

namespace blindfit::base {
namespace {

thread_local bool inside_task = false;

void run_serially(std::size_t count, const std::function<void(std::size_t)>& task) {
  std::exception_ptr failure;
  for (std::size_t i = 0; i < count; ++i) {
    try {
      task(i);
    } catch (...) {
      if (!failure) {
        failure = std::current_exception();
      }
    }
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
}

}  // namespace

ThreadPool::ThreadPool(std::size_t threads) {
  if (threads == 0) {
    threads = std::max(1U, std::thread::hardware_concurrency());
  }
  try {
    workers_.reserve(threads - 1);
    for (std::size_t i = 1; i < threads; ++i) {
      workers_.emplace_back([this] { work(); });
    }
  } catch (...) {
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() {
  stop();
}

void ThreadPool::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) {
    worker.join();
  }
}

void ThreadPool::parallel_for(std::size_t count, const std::function<void(std::size_t)>& task) {
  if (inside_task || workers_.empty() || count <= 1) {
    run_serially(count, task);
    return;
  }
  const std::lock_guard turn(turn_);
  std::unique_lock lock(mutex_);
  task_ = &task;
  next_ = 0;
  count_ = count;
  wake_.notify_all();
  run_available(lock);
  done_.wait(lock, [this] { return running_ == 0 && next_ >= count_; });
  task_ = nullptr;
  count_ = 0;
  if (failure_) {
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
}

void ThreadPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || next_ < count_; });
    if (stopping_) {
      return;
    }
    run_available(lock);
  }
}

void ThreadPool::run_available(std::unique_lock<std::mutex>& lock) {
  while (next_ < count_) {
    const std::size_t index = next_++;
    const auto& task = *task_;
    ++running_;
    lock.unlock();
    inside_task = true;
    std::exception_ptr failure;
    try {
      task(index);
    } catch (...) {
      failure = std::current_exception();
    }
    inside_task = false;
    lock.lock();
    if (failure && (!failure_ || index < failed_index_)) {
      failure_ = std::move(failure);
      failed_index_ = index;
    }
    --running_;
  }
  if (running_ == 0) {
    done_.notify_all();
  }
}

}  // namespace blindfit::base
