// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/images/feature_job.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "apps/owner/images/feature_chunks.h"
#include "apps/owner/images/preprocessing_file.h"
#include "apps/program/exit_code.h"
#include "apps/program/interrupt.h"
#include "apps/program/progress.h"
#include "apps/program/quantities.h"

namespace blindfit::features {
namespace {

using base::Error;
using base::ErrorCode;
using Clock = std::chrono::steady_clock;

/// A second or two of work: what an interruption loses at most.
constexpr std::size_t kChunk = 256;

std::size_t chunk_count(std::size_t images) {
  return (images + kChunk - 1) / kChunk;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void hash_text(base::Hasher& hasher, const std::string& text) {
  const std::string framed = std::to_string(text.size()) + ':' + text;
  hasher.update({reinterpret_cast<const std::uint8_t*>(framed.data()), framed.size()});
}

/// A hash of all that the rows of a chunk depend on.
base::Digest chunk_key(const images::ImageSource& source, const images::Backbone& backbone,
                       const images::Preprocessing& preprocessing, std::size_t first,
                       std::size_t count) {
  base::Hasher hasher;
  hasher.update(backbone.digest());
  hash_text(hasher, backbone.output());
  hash_text(hasher,
            fmt::format("{} x {}", backbone.input_size().width, backbone.input_size().height));
  hash_text(hasher, to_json(preprocessing).dump());
  for (std::size_t i = first; i < first + count; ++i) {
    hash_text(hasher, source.identity(i));
  }
  return hasher.finish();
}

void throw_first_bad(const images::FeatureRows& chunk) {
  if (!chunk.bad.empty()) {
    const Error& reason = chunk.bad.front().reason;
    throw Error(reason.code() == ErrorCode::kIo ? ErrorCode::kIo : ErrorCode::kInvalidArgument,
                fmt::format("{} (--skip-bad goes on without such images)", reason.what()));
  }
}

/// Permissions may be mended without a trace in the file: such chunks are not kept.
bool has_unreadable(const images::FeatureRows& chunk) {
  return std::any_of(chunk.bad.begin(), chunk.bad.end(), [](const images::BadImage& image) {
    return image.reason.code() == ErrorCode::kIo;
  });
}

void append(JobOutcome& outcome, images::FeatureRows chunk, std::size_t first) {
  auto bad = chunk.bad.begin();
  for (Eigen::Index i = 0; i < chunk.rows.rows(); ++i) {
    const std::size_t index = first + static_cast<std::size_t>(i);
    if (bad != chunk.bad.end() && bad->index == index) {
      outcome.skipped.push_back(*bad++);
    } else {
      outcome.rows.row(static_cast<Eigen::Index>(outcome.indices.size())) = chunk.rows.row(i);
      outcome.indices.push_back(index);
    }
  }
}

/// What the display asks for while the threads count.
class Tally {
 public:
  explicit Tally(std::size_t total) : total_(total) {}

  void count_one() {
    ++fresh_;
    if (program::interrupted()) {
      throw Error(ErrorCode::kCancelled,
                  "interrupted; the same command goes on after the last whole chunk of images");
    }
  }
  void count_old(std::size_t images) { old_ += images; }
  [[nodiscard]] std::size_t fresh() const { return fresh_; }
  [[nodiscard]] program::ProgressState state() const {
    const std::size_t done = old_ + fresh_;
    const double rate = static_cast<double>(fresh_) / std::max(seconds_since(start_), 1e-9);
    return {static_cast<double>(done), static_cast<double>(total_), "",
            fmt::format("{} of {} images, {:.0f} images/s", program::format_count(done),
                        program::format_count(total_), rate)};
  }

 private:
  std::size_t total_;
  std::atomic<std::size_t> fresh_{0};
  std::atomic<std::size_t> old_{0};
  Clock::time_point start_ = Clock::now();
};

}  // namespace

double JobOutcome::images_per_second() const {
  const std::size_t all = indices.size() + skipped.size();
  return seconds > 0 ? static_cast<double>(all - resumed) / seconds : 0;
}

JobOutcome run_job(const images::ImageSource& source, const images::Backbone& backbone,
                   const images::Preprocessing& preprocessing, const JobOptions& options,
                   base::ThreadPool& pool) {
  const FeatureChunks chunks(options.partial);
  const auto columns = static_cast<Eigen::Index>(backbone.features());
  auto extractor = program::value_or_throw(images::Extractor::make(backbone, preprocessing, pool));
  JobOutcome outcome;
  outcome.rows.resize(static_cast<Eigen::Index>(source.size()), columns);
  Tally tally(source.size());
  const program::Progress progress("features", [&tally] { return tally.state(); });
  const std::size_t last = chunk_count(source.size()) - 1;
  for (std::size_t n = 0; n <= last; ++n) {
    const std::size_t first = n * kChunk;
    const std::size_t count = std::min(kChunk, source.size() - first);
    const base::Digest key = chunk_key(source, backbone, preprocessing, first, count);
    auto chunk = chunks.load(n, key, static_cast<Eigen::Index>(count), columns);
    if (chunk) {
      outcome.resumed += count;
      tally.count_old(count);
    } else {
      const auto start = Clock::now();
      chunk = extractor.extract(source, first, count, [&tally] { tally.count_one(); });
      outcome.seconds += seconds_since(start);
    }
    if (!options.skip_bad) {
      throw_first_bad(*chunk);
    }
    if (n != last && !has_unreadable(*chunk)) {
      chunks.save(n, key, *chunk);
    }
    append(outcome, std::move(*chunk), first);
  }
  outcome.rows.conservativeResize(static_cast<Eigen::Index>(outcome.indices.size()), columns);
  if (outcome.indices.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("at least one image must be usable: none of {}; the first: {}",
                            source.size(), outcome.skipped.front().reason.what()));
  }
  return outcome;
}

void forget_chunks(const JobOptions& options, std::size_t images) {
  FeatureChunks(options.partial).remove(chunk_count(images));
}

}  // namespace blindfit::features
