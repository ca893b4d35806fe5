// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/loading_tasks.h"

#include <atomic>
#include <utility>

#include "apps/program/interrupt.h"
#include "apps/program/progress.h"

namespace blindfit::cloud {

void LoadingTasks::add_keys(const KeyFolder& folder, const learn::KeyRequirements& needed,
                            KeyPlaces places) {
  if (needed.relinearization) {
    add([this, &folder, places, level = *needed.relinearization] {
      auto key = folder.plain(wire::PlainKey::kRelinearization, places.context, level);
      const std::lock_guard lock(keys_mutex_);
      places.keys.set_relinearization(std::move(key));
    });
  }
  for (const auto& entry : needed.galois) {
    add([this, &folder, places, entry] {
      auto key = folder.galois(entry.first, places.context, entry.second);
      const std::lock_guard lock(keys_mutex_);
      places.keys.set_galois(std::move(key));
    });
  }
  if (needed.encapsulation) {
    RefreshMaterial& material = *places.refresh;
    add([&folder, &material] {
      material.encapsulation.to_sparse = folder.plain(wire::PlainKey::kToSparse, *material.tiny, 0);
    });
    add([&folder, &material, &context = places.context] {
      material.encapsulation.from_sparse =
          folder.plain(wire::PlainKey::kFromSparse, context, context.parameters().max_level());
    });
  }
}

void LoadingTasks::run(base::ThreadPool& pool) {
  const auto total = static_cast<double>(tasks_.size());
  std::atomic<std::size_t> done{0};
  const program::Progress progress("loading", [&done, total] {
    return program::ProgressState{static_cast<double>(done.load()), total, ""};
  });
  pool.parallel_for(tasks_.size(), [&](std::size_t i) {
    program::throw_if_interrupted();
    tasks_[i]();
    ++done;
  });
}

}  // namespace blindfit::cloud
