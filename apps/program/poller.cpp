// SPDX-License-Identifier: Apache-2.0
#include "apps/program/poller.h"

#include <utility>

namespace blindfit::program {

Poller::Poller(std::chrono::milliseconds interval, std::function<void()> task)
    : interval_(interval), task_(std::move(task)), thread_([this] { work(); }) {}

Poller::~Poller() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  task_();
}

void Poller::work() {
  std::unique_lock lock(mutex_);
  do {
    task_();
  } while (!wake_.wait_for(lock, interval_, [this] { return stopping_; }));
}

}  // namespace blindfit::program
