// SPDX-License-Identifier: Apache-2.0
// All pictures of a source through a backbone, chunk by chunk, with progress and a memory on disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "blindfit/base/thread_pool.h"
#include "blindfit/images/extraction.h"

namespace blindfit::features {

struct JobOptions {
  std::filesystem::path partial;  ///< folder of finished chunks, gone at the end
  bool skip_bad = false;
};

struct JobOutcome {
  data::FloatMatrix rows;            ///< of the good pictures
  std::vector<std::size_t> indices;  ///< which picture each row is
  std::vector<images::BadImage> skipped;
  std::size_t resumed = 0;  ///< pictures that an earlier run had done
  double seconds = 0;       ///< for the others

  [[nodiscard]] double images_per_second() const;
};

/// Throws the first bad picture's error unless options.skip_bad (kIo, else kInvalidArgument:
/// pictures are input), kInvalidArgument if none is good, kCancelled when interrupted, kIo if a
/// chunk cannot be kept. Whole chunks stay for the next run then.
JobOutcome run_job(const images::ImageSource& source, const images::Backbone& backbone,
                   const images::Preprocessing& preprocessing, const JobOptions& options,
                   base::ThreadPool& pool);

/// Removes the chunks that run_job kept; once its outcome is on disk.
void forget_chunks(const JobOptions& options, std::size_t images);

}  // namespace blindfit::features
