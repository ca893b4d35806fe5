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
  constexpr std::size_t kLimbs = 8;
  const auto parameters = rlwe::Parameters::make({.log_n = kReferenceLogN,
                                                  .log_q = std::vector<unsigned>(kLimbs, 40),
                                                  .log_p = {45},
                                                  .digit_size = 1});
  const auto context = rlwe::make_context(parameters.value()).value();
  const ring::RingContext& ring = context->ring();
  const ckks::Encoder encoder(*context);
  base::ThreadPool pool(threads);
  std::vector<ring::Poly> polys(pool.threads());
  for (ring::Poly& poly : polys) {
    poly = ring::zero_poly(ring, kLimbs, 0, ring::Domain::kCoefficient);
  }

  CostModel model;
  constexpr double kPerLimb = 1.0 / kLimbs;
  model.ntt_limb = kPerLimb * best_of(5, [&] { ring::to_evaluation(ring, polys[0]); });
  ring::Poly sum = ring::zero_poly(ring, kLimbs, 0, ring::Domain::kEvaluation);
  model.multiply_limb =
      kPerLimb * best_of(5, [&] { ring::multiply_add(ring, polys[0], polys[0], sum); });
  const std::vector<double> mask(encoder.slots(), 0.5);
  model.encode = best_of(2, [&] { (void)encoder.encode(mask, rlwe::Scale{0x1p30}, 0); });
  if (pool.threads() > 1) {
    const double together = best_of(3, [&] {
      pool.parallel_for(polys.size(), [&](std::size_t i) { ring::to_evaluation(ring, polys[i]); });
    });
    const double one = model.ntt_limb * kLimbs;
    model.parallel_gain = std::clamp(one * static_cast<double>(pool.threads()) / together, 1.0,
                                     static_cast<double>(pool.threads()));
  }
  return model;
}

}  // namespace blindfit::learn
