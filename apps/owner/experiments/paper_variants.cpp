// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/paper_variants.h"

#include <optional>

#include "apps/owner/journey/choices.h"

namespace blindfit::experiments {
namespace {

/// Divided by the rows this is the Newton step of the sigmoid's curvature on whitened features.
constexpr double kNewtonStep = 4;
constexpr int kDegree = 5;
/// Enough for learning, and a tenth more iterations than 40 bits would give.
constexpr unsigned kLevelledScaleBits = 36;
constexpr unsigned kLevelledLogN = 16;
/// About 7 GiB of the cloud's memory. One iteration more would take three times as much.
constexpr double kLevelledKeyBytes = 0x1p31;

journey::TrainingRequest request_for(const data::Dataset& train) {
  journey::TrainingRequest request;
  request.rows = static_cast<std::size_t>(train.rows());
  request.features = 1 + static_cast<std::size_t>(train.columns());
  request.classes = static_cast<std::size_t>(train.classes);
  return request;
}

/// The plan of the most iterations that is still secure and within the limits.
journey::OwnerPlan longest_plan(journey::TrainingRequest request, const learn::CostModel& cost) {
  std::optional<journey::OwnerPlan> longest;
  for (request.iterations = 1;; ++request.iterations) {
    try {
      longest = journey::make_plan(request, cost);
    } catch (const base::Error& error) {
      const bool too_long = error.code() == base::ErrorCode::kInsecureParameters ||
                            error.code() == base::ErrorCode::kInvalidArgument;
      if (!too_long || !longest) {
        throw;
      }
      return *longest;
    }
  }
}

}  // namespace

journey::OwnerPlan plan_paper_whitened(const data::Dataset& train, const learn::CostModel& cost) {
  journey::TrainingRequest request = request_for(train);
  request.iterations = 2;
  request.preparation.transform = journey::choose_whitening(train, {}).options;
  request.preparation.optimizer = {.method = learn::Optimizer::kNag, .a0 = 1, .step = kNewtonStep};
  request.features = 1 + static_cast<std::size_t>(request.preparation.transform.components);
  const journey::PreparedData prepared = journey::prepare(train, request.preparation);
  request.activation = journey::choose_activation({.degree = kDegree, .extension = {}}, request,
                                                  prepared, train.labels);
  request.refreshes = journey::Refreshes::kNever;
  request.max_ciphertexts = 6;
  return journey::make_plan(request, cost);
}

journey::OwnerPlan plan_paper_levelled(const data::Dataset& train, const learn::CostModel& cost) {
  journey::TrainingRequest request = request_for(train);
  request.preparation.transform.kind = data::TransformKind::kCentre;
  request.preparation.optimizer = {
      .method = learn::Optimizer::kQuadraticGradientNag, .a0 = 1, .step = {}};
  request.activation = learn::paper_cubic();
  // The labels' own product takes three levels that are better spent on keys with larger digits.
  request.labels = learn::LabelSource::kUploadedProduct;
  request.scale_bits = kLevelledScaleBits;
  request.log_n = kLevelledLogN;
  request.refreshes = journey::Refreshes::kNever;
  request.max_key_bytes = kLevelledKeyBytes;
  return longest_plan(request, cost);
}

}  // namespace blindfit::experiments
