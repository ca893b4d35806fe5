// SPDX-License-Identifier: Apache-2.0
// The files of an upload folder, read side by side.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "apps/cloud/key_folder.h"
#include "apps/cloud/keyed_plan.h"
#include "blindfit/base/thread_pool.h"

namespace blindfit::cloud {

/// Where evaluation keys go.
struct KeyPlaces {
  const rlwe::Context& context;
  rlwe::EvaluationKeys& keys;
  RefreshMaterial* refresh = nullptr;  ///< needed where the encapsulation is
};

/// Everything that tasks refer to must outlive `run`. Tasks must not mind their order, and each
/// fills a place of its own.
class LoadingTasks {
 public:
  void add(std::function<void()> task) { tasks_.push_back(std::move(task)); }
  /// One task a key, which must reach its level in `needed`.
  void add_keys(const KeyFolder& folder, const learn::KeyRequirements& needed, KeyPlaces places);
  /// Shows progress. Throws what a task throws, and Error{kCancelled}.
  void run(base::ThreadPool& pool);

 private:
  std::vector<std::function<void()>> tasks_;
  std::mutex keys_mutex_;
};

}  // namespace blindfit::cloud
