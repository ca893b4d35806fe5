// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/extraction.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <utility>

namespace blindfit::images {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<Extractor> Extractor::make(const Backbone& backbone, const Preprocessing& preprocessing,
                                  base::ThreadPool& pool) {
  Extractor extractor(backbone, preprocessing, pool);
  for (std::size_t t = 0; t < pool.threads(); ++t) {
    auto runner = backbone.make_runner();
    if (!runner) {
      return runner.error();
    }
    extractor.runners_.push_back(std::move(runner).value());
  }
  return extractor;
}

FeatureRows Extractor::extract(const ImageSource& source, std::size_t first, std::size_t count,
                               const std::function<void()>& after_each) {
  if (first > source.size() || count > source.size() - first) {
    throw Error(ErrorCode::kInvalidArgument,
                "the rows must exist: " + std::to_string(first) + " + " + std::to_string(count));
  }
  FeatureRows out;
  out.rows = data::FloatMatrix::Zero(static_cast<Eigen::Index>(count),
                                     static_cast<Eigen::Index>(features_));
  std::atomic<std::size_t> next{0};
  std::mutex mutex;  // of out.bad
  pool_->parallel_for(runners_.size(), [&](std::size_t thread) {
    std::vector<float> input(size_.values());
    for (std::size_t i = next++; i < count; i = next++) {
      const auto image = source.load(first + i);
      if (!image) {
        const std::lock_guard<std::mutex> lock(mutex);
        out.bad.push_back({first + i, image.error()});
      } else {
        to_input(*image, preprocessing_, size_, input);
        float* row = out.rows.data() + i * features_;
        const auto status = runners_[thread].run(input, {row, features_});
        if (!status) {
          throw Error(status.error().code(),
                      std::string(status.error().what()) + ", of " + source.name(first + i));
        }
      }
      after_each();
    }
  });
  std::sort(out.bad.begin(), out.bad.end(),
            [](const BadImage& a, const BadImage& b) { return a.index < b.index; });
  return out;
}

}  // namespace blindfit::images
