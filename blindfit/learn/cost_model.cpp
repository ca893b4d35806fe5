// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/cost_model.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <vector>

#include "blindfit/base/thread_pool.h"
#include "blindfit/rlwe/context.h"

namespace blindfit::learn {
namespace {

constexpr unsigned kReferenceLogN = 15;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

constexpr std::size_t kLimbs = 8;
constexpr std::size_t kStreamPolys = 16;
constexpr double kStreamLimbs = kLimbs * kStreamPolys;

/// One thread's operands, 64 MiB: keys and ciphertexts come from memory too, not from a cache.
class Stream {
 public:
  explicit Stream(const ring::RingContext& ring) : ring_(&ring) {
    for (std::size_t i = 0; i < kStreamPolys; ++i) {
      factors_.push_back(ring::zero_poly(ring, kLimbs, 0, ring::Domain::kEvaluation));
      sums_.push_back(factors_.back());
    }
  }
  void transform() {
    for (ring::Poly& poly : factors_) {
      poly.set_domain(ring::Domain::kCoefficient);
      ring::to_evaluation(*ring_, poly);
    }
  }
  void multiply() {
    for (std::size_t i = 0; i < kStreamPolys; ++i) {
      ring::multiply_add(*ring_, factors_[i], factors_[i], sums_[i]);
    }
  }

 private:
  const ring::RingContext* ring_;
  std::vector<ring::Poly> factors_;
  std::vector<ring::Poly> sums_;
};

/// The fastest of a few repetitions: noise only ever adds.
double best_of(int repetitions, const std::function<void()>& work) {
  double best = seconds_of(work);
  for (int i = 1; i < repetitions; ++i) {
    best = std::min(best, seconds_of(work));
  }
  return best;
}

}  // namespace

double CostModel::seconds(const OperationCounts& counts, unsigned log_n) const {
  const double words = std::ldexp(1.0, static_cast<int>(log_n) - static_cast<int>(kReferenceLogN));
  const double transform = words * log_n / kReferenceLogN;
  return (counts.ntt_limbs * ntt_limb * transform + counts.multiply_limbs * multiply_limb * words +
          counts.encodes * encode * transform) /
         parallel_gain;
}

CostModel measure_cost_model(std::size_t threads) {
  const auto parameters = rlwe::Parameters::make({.log_n = kReferenceLogN,
                                                  .log_q = std::vector<unsigned>(kLimbs, 40),
                                                  .log_p = {45},
                                                  .digit_size = 1});
  const auto context = rlwe::make_context(parameters.value()).value();
  const ring::RingContext& ring = context->ring();
  base::ThreadPool pool(threads);
  std::vector<Stream> streams;
  for (std::size_t i = 0; i < pool.threads(); ++i) {
    streams.emplace_back(ring);
  }

  CostModel model;
  model.ntt_limb = best_of(3, [&] { streams[0].transform(); }) / kStreamLimbs;
  model.multiply_limb = best_of(3, [&] { streams[0].multiply(); }) / kStreamLimbs;
  const ckks::Encoder encoder(*context);
  const std::vector<double> mask(encoder.slots(), 0.5);
  model.encode = best_of(2, [&] { (void)encoder.encode(mask, rlwe::Scale{0x1p30}, 0); });
  if (pool.threads() > 1) {
    const double together = best_of(3, [&] {
      pool.parallel_for(streams.size(), [&](std::size_t i) {
        streams[i].transform();
        streams[i].multiply();
      });
    });
    const double one = (model.ntt_limb + model.multiply_limb) * kStreamLimbs;
    model.parallel_gain = std::clamp(one * static_cast<double>(pool.threads()) / together, 1.0,
                                     static_cast<double>(pool.threads()));
  }
  return model;
}

}  // namespace blindfit::learn
