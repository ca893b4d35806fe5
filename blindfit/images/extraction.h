// SPDX-License-Identifier: Apache-2.0
// Pictures through a backbone, on all threads.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "blindfit/base/thread_pool.h"
#include "blindfit/data/npy.h"
#include "blindfit/images/backbone.h"
#include "blindfit/images/image_source.h"

namespace blindfit::images {

/// A picture that could not be used.
struct BadImage {
  std::size_t index = 0;
  base::Error reason;  ///< names the file
};

/// Rows [first, first + count) of a source: one row a picture, zero where it is bad.
struct FeatureRows {
  data::FloatMatrix rows;
  std::vector<BadImage> bad;  ///< in the order of their indices
};

/// Loads, prepares and runs pictures; keeps one copy of the network a thread. Each picture goes
/// through the network alone, so a row depends neither on its neighbours nor on the threads.
class Extractor {
 public:
  /// Errors: those of Backbone::make_runner.
  static base::Result<Extractor> make(const Backbone& backbone, const Preprocessing& preprocessing,
                                      base::ThreadPool& pool);

  /// Calls `after_each` for every picture, from any thread; what that throws ends the work. A
  /// picture that cannot be loaded is bad. Throws the error of Backbone::Runner::run, with the
  /// picture's name, for what the network refuses; Error{kInvalidArgument} unless the rows exist.
  [[nodiscard]] FeatureRows extract(const ImageSource& source, std::size_t first, std::size_t count,
                                    const std::function<void()>& after_each);

 private:
  Extractor(const Backbone& backbone, const Preprocessing& preprocessing, base::ThreadPool& pool)
      : features_(backbone.features()),
        size_(backbone.input_size()),
        preprocessing_(preprocessing),
        pool_(&pool) {}

  std::size_t features_;
  InputSize size_;
  Preprocessing preprocessing_;
  base::ThreadPool* pool_;
  std::vector<Backbone::Runner> runners_;
};

}  // namespace blindfit::images
