// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/cost_model.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "blindfit/base/thread_pool.h"
#include "blindfit/ckks/rotate.h"
#include "blindfit/ring/uniform_sampler.h"
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

/// Throughput of `threads` threads over that of one: `one` does its own share of `together`.
double gain(double one, double together, std::size_t threads) {
  const auto all = static_cast<double>(threads);
  return std::clamp(one * all / together, 1.0, all);
}

/// Rotations as training does most of them: three in a stage of a fold, under keys that no cache
/// holds, at N = 2^16 and two digits of seven primes.
class FoldStage {
 public:
  explicit FoldStage(std::size_t threads)
      : context_(rlwe::make_context(rlwe::Parameters::make({.log_n = kLogN,
                                                            .log_q = std::vector<unsigned>(11, 40),
                                                            .log_p = std::vector<unsigned>(7, 42),
                                                            .digit_size = 7})
                                        .value())
                     .value()) {
    const std::size_t special = context_->parameters().p_primes().size();
    for (std::int64_t step = 1; step <= kKeys; ++step) {
      rlwe::GaloisKey key;
      key.automorphism =
          ring::make_automorphism(ckks::galois_element(ckks::Steps{step}, kLogN), kLogN);
      for (std::size_t d = 0; d < context_->parameters().digits(level()); ++d) {
        key.key.b.push_back(random(special));
        key.key.a.push_back(random(special));
      }
      keys_.set_galois(std::move(key));
    }
    for (std::size_t i = 0; i < threads; ++i) {
      ckks::Ciphertext ct;
      ct.parts = {random(0), random(0)};
      in_.push_back(std::move(ct));
    }
    out_.resize(threads);
  }

  void operator()(std::size_t thread) {
    std::vector<ckks::Steps> steps;
    for (std::int64_t step = 0; step <= kKeys; ++step) {
      steps.push_back(ckks::Steps{step});
    }
    ckks::sum_of_rotations(*context_, keys_, in_[thread], steps, out_[thread]);
  }
  /// What it is counted as, by `model`'s constants of single limbs.
  [[nodiscard]] double counted(const CostModel& model) const {
    OperationCounts counts;
    count_decomposition(context_->parameters(), level(), counts);
    for (std::int64_t key = 0; key < kKeys; ++key) {
      count_gadget_product(context_->parameters(), level(), counts);
    }
    count_mod_down(context_->parameters(), level(), counts);
    return model.seconds(counts, kLogN);
  }

 private:
  static constexpr unsigned kLogN = 16;
  static constexpr std::int64_t kKeys = 3;

  [[nodiscard]] std::size_t level() const { return context_->parameters().max_level(); }
  ring::Poly random(std::size_t special) {
    return ring::uniform_poly(context_->ring(), "blindfit/cost-model", base::Seed{}, stream_++,
                              level() + 1, special);
  }

  std::shared_ptr<const rlwe::Context> context_;
  std::uint64_t stream_ = 0;
  rlwe::EvaluationKeys keys_;
  std::vector<ckks::Ciphertext> in_;
  std::vector<ckks::Ciphertext> out_;
};

void measure_key_switch(base::ThreadPool& pool, CostModel& model) {
  constexpr int kRepetitions = 5;
  FoldStage stage(pool.threads());
  const double one = best_of(kRepetitions, [&] { stage(0); });
  model.key_switch = one / stage.counted(model);
  const double together = best_of(
      kRepetitions, [&] { pool.parallel_for(pool.threads(), [&](std::size_t i) { stage(i); }); });
  model.switching_gain = gain(one, together, pool.threads());
}

void measure_limbs(base::ThreadPool& pool, CostModel& model) {
  const auto parameters = rlwe::Parameters::make({.log_n = kReferenceLogN,
                                                  .log_q = std::vector<unsigned>(kLimbs, 40),
                                                  .log_p = {45},
                                                  .digit_size = 1});
  const auto context = rlwe::make_context(parameters.value()).value();
  std::vector<Stream> streams;
  for (std::size_t i = 0; i < pool.threads(); ++i) {
    streams.emplace_back(context->ring());
  }
  model.ntt_limb = best_of(3, [&] { streams[0].transform(); }) / kStreamLimbs;
  model.multiply_limb = best_of(3, [&] { streams[0].multiply(); }) / kStreamLimbs;
  const ckks::Encoder encoder(*context);
  const std::vector<double> mask(encoder.slots(), 0.5);
  model.encode = best_of(2, [&] { (void)encoder.encode(mask, rlwe::Scale{0x1p30}, 0); });
  const double together = best_of(3, [&] {
    pool.parallel_for(streams.size(), [&](std::size_t i) {
      streams[i].transform();
      streams[i].multiply();
    });
  });
  const double one = (model.ntt_limb + model.multiply_limb) * kStreamLimbs;
  model.streaming_gain = gain(one, together, pool.threads());
}

}  // namespace

double CostModel::seconds(const OperationCounts& counts, unsigned log_n) const {
  const double words = std::ldexp(1.0, static_cast<int>(log_n) - static_cast<int>(kReferenceLogN));
  const double transform = words * log_n / kReferenceLogN;
  const auto one_by_one = [&](const LimbCounts& limbs) {
    return limbs.ntt * ntt_limb * transform + limbs.multiply * multiply_limb * words;
  };
  return (one_by_one(counts.streaming) + counts.encodes * encode * transform) / streaming_gain +
         one_by_one(counts.switching) * key_switch / switching_gain;
}

CostModel measure_cost_model(std::size_t threads) {
  base::ThreadPool pool(threads);
  CostModel model;
  measure_limbs(pool, model);
  measure_key_switch(pool, model);
  return model;
}

}  // namespace blindfit::learn
