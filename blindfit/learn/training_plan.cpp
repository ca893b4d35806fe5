// SPDX-License-Identifier: Apache-2.0
#include "blindfit/learn/training_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "blindfit/matrix/packing.h"
#include "blindfit/rlwe/security.h"

namespace blindfit::learn {
namespace {

using base::Error;
using base::ErrorCode;

/// The rings that a plan tries unless one is asked for.
constexpr unsigned kSmallestLogN = 13;
constexpr unsigned kLargestLogN = 16;
constexpr unsigned kFirstPrimeBits = 50;
constexpr unsigned kMaxPrimeBits = 50;
/// P exceeds every digit by this much, so that key switching adds less noise than rescaling does
/// (note 0003).
constexpr unsigned kSpecialMarginBits = 5;
/// Primes for `levels` levels above q_0, with digits of `digit_size` primes and as few special
/// primes as cover one.
rlwe::ParametersLiteral literal_for(unsigned log_n, std::size_t levels, unsigned scale_bits,
                                    unsigned digit_size) {
  rlwe::ParametersLiteral literal;
  literal.log_n = log_n;
  literal.log_q = {kFirstPrimeBits};
  literal.log_q.resize(levels + 1, scale_bits);
  literal.digit_size = std::min<unsigned>(digit_size, static_cast<unsigned>(levels + 1));
  const unsigned digit_bits =
      kFirstPrimeBits + (literal.digit_size - 1) * scale_bits + kSpecialMarginBits;
  const unsigned count = (digit_bits + kMaxPrimeBits - 1) / kMaxPrimeBits;
  literal.log_p.assign(count, (digit_bits + count - 1) / count);
  return literal;
}

struct Candidate {
  unsigned log_n;
  unsigned digit_size;
  matrix::TileShape tile;
  std::size_t class_group;
};

/// With refreshes, none and as many as there are classes: what lies between was never the fastest.
/// In a modulus that has to last, the levels of turning cost what it saves (note 0014).
std::vector<std::size_t> class_groups(const TrainingSpec& spec) {
  constexpr std::size_t kLargest = 16;
  const std::size_t most = std::min(kLargest, std::bit_floor(spec.tiling.classes));
  return most > 1 && spec.refresh ? std::vector<std::size_t>{1, most} : std::vector<std::size_t>{1};
}

/// Refreshes settle the ring and its primes, and with them the digits.
std::vector<Candidate> candidates(PlanRequest request) {
  if (request.spec.refresh) {
    request.log_n = request.spec.refresh->set.log_n;
    request.digit_size = request.spec.refresh->set.digit_size;
  }
  std::vector<Candidate> list;
  const std::vector<std::size_t> groups = class_groups(request.spec);
  const unsigned low = request.log_n.value_or(kSmallestLogN);
  const unsigned high = request.log_n.value_or(kLargestLogN);
  for (unsigned log_n = low; log_n <= high; ++log_n) {
    const std::size_t slots = std::size_t{1} << (log_n - 1);
    for (std::size_t f = 4; f <= slots; f *= 2) {
      const matrix::TileShape tile{slots / f, f};
      if (request.tile && *request.tile != tile) {
        continue;
      }
      // A tile twice as wide as the features, or four times as tall as the rows, is mostly padding.
      const bool wide =
          f / 2 >= std::max<std::size_t>(4, std::bit_ceil(request.spec.tiling.features));
      if (!request.tile && wide) {
        continue;
      }
      for (unsigned digit = request.digit_size.value_or(1);
           digit <= request.digit_size.value_or(16); ++digit) {
        for (const std::size_t group : groups) {
          list.push_back({log_n, digit, tile, group});
        }
      }
    }
  }
  return list;
}

unsigned bits_of(double scale) {
  return static_cast<unsigned>(std::lround(std::log2(scale)));
}

bool is_secure(const Candidate& candidate, const TrainingSpec& spec) {
  const std::size_t levels = required_levels(spec);
  // A lower bound that needs no primes, before the sum over real ones.
  const double least = static_cast<double>(levels) * (bits_of(spec.scale) - 1);
  return least < rlwe::max_log_qp(candidate.log_n) &&
         rlwe::Parameters::make(
             literal_for(candidate.log_n, levels, bits_of(spec.scale), candidate.digit_size))
             .ok();
}

/// The most iterations of `request` that some candidate holds at 128 bits.
std::size_t secure_iterations(PlanRequest request) {
  for (; !request.spec.steps.empty(); request.spec.steps.pop_back()) {
    for (const Candidate& candidate : candidates(request)) {
      TrainingSpec spec = request.spec;
      spec.tiling.tile = candidate.tile;
      spec.tiling.class_group = candidate.class_group;
      if (!check_spec(spec) && is_secure(candidate, spec)) {
        return spec.iterations();
      }
    }
  }
  return 0;
}

bool within_limits(const PlanRequest& request, const PlanCosts& costs) {
  return (!request.max_ciphertexts || costs.ciphertexts_uploaded <= *request.max_ciphertexts) &&
         (!request.max_key_bytes || costs.evaluation_key_bytes <= *request.max_key_bytes);
}

/// Why a plan that would do is not allowed; `least` is that with the fewest ciphertexts.
Error beyond_limits(const PlanRequest& request, const PlanCosts& least) {
  const auto mib = [](double bytes) {
    return std::to_string(std::lround(bytes / 0x1p20)) + " MiB of keys";
  };
  std::string limits;
  if (request.max_ciphertexts) {
    limits = std::to_string(*request.max_ciphertexts) + " ciphertexts";
  }
  if (request.max_key_bytes) {
    limits += (limits.empty() ? "" : ", ") + mib(*request.max_key_bytes);
  }
  return {ErrorCode::kInvalidArgument,
          "the limits must leave room for a plan; allow more, since the one with the fewest "
          "ciphertexts takes " +
              std::to_string(least.ciphertexts_uploaded) + " and " +
              mib(least.evaluation_key_bytes) + ": " + limits};
}

/// Why there is no plan at all.
Error unplannable(const PlanRequest& request, const std::optional<Error>& refusal) {
  if (!refusal) {
    return {ErrorCode::kInvalidArgument,
            "the tile must fill the slots of a ring; leave it open: none does"};
  }
  if (refusal->code() != ErrorCode::kInsecureParameters) {
    return *refusal;
  }
  const unsigned log_n = request.log_n.value_or(kLargestLogN);
  return {ErrorCode::kInsecureParameters,
          "128 bits of security allow log2(QP) = " +
              std::to_string(std::lround(rlwe::max_log_qp(log_n))) + " at log_n " +
              std::to_string(log_n) + ", which holds at most " +
              std::to_string(secure_iterations(request)) +
              " iterations of this kind; ask for fewer, for a lower degree or for fewer scale "
              "bits: " +
              std::to_string(request.spec.iterations())};
}

}  // namespace

base::Result<TrainingPlan> plan_training(const PlanRequest& request, const CostModel& cost) {
  std::optional<TrainingPlan> best;
  std::optional<PlanCosts> beyond;  // of the plan with the fewest ciphertexts that is not allowed
  std::optional<Error> refusal;
  const unsigned scale_bits = bits_of(request.spec.scale);
  for (const Candidate& candidate : candidates(request)) {
    TrainingSpec spec = request.spec;
    spec.tiling.tile = candidate.tile;
    spec.tiling.class_group = candidate.class_group;
    if (auto error = check_spec(spec)) {
      if (!refusal) {
        refusal = error;
      }
      continue;
    }
    if (!spec.refresh && !is_secure(candidate, spec)) {
      refusal = Error(ErrorCode::kInsecureParameters, "");
      continue;
    }
    const rlwe::ParametersLiteral literal =
        spec.refresh
            ? bootstrap::instance_literals(spec.refresh->set).main
            : literal_for(candidate.log_n, required_levels(spec), scale_bits, candidate.digit_size);
    auto plan = complete_plan(literal, spec, cost);
    if (!plan) {
      refusal = plan.error();
      continue;
    }
    if (!within_limits(request, plan->costs)) {
      if (!beyond || plan->costs.ciphertexts_uploaded < beyond->ciphertexts_uploaded) {
        beyond = plan->costs;
      }
      continue;
    }
    if (!best || plan->costs.train_seconds < best->costs.train_seconds) {
      best = *plan;
    }
  }
  if (best) {
    return *best;
  }
  return beyond ? beyond_limits(request, *beyond) : unplannable(request, refusal);
}

}  // namespace blindfit::learn
