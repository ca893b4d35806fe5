// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/encryption.h"

#include <fmt/core.h>

#include <cmath>

namespace blindfit::journey {
namespace {

using base::Error;
using base::ErrorCode;

/// Weights come back at the lowest level, whose prime leaves this much room above the scale.
constexpr double kFirstPrime = 0x1p49;

}  // namespace

void check_data(const OwnerPlan& plan, const data::Dataset& train) {
  const matrix::Tiling& tiling = plan.plan.spec.tiling;
  const auto require = [&train](const char* what, std::size_t planned, std::size_t seen) {
    if (planned != seen) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("{}: the plan was made for {} {}: {}; make a plan with --data {}",
                              train.source, planned, what, seen, train.source));
    }
  };
  require("rows", tiling.rows, static_cast<std::size_t>(train.rows()));
  const data::TransformOptions& transform = plan.preparation.transform;
  if (transform.kind != data::TransformKind::kWhiten) {
    require("features", tiling.features - 1, static_cast<std::size_t>(train.columns()));
  }
  if (train.labels.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: training data must have labels: none; give --label-column or "
                            "--labels",
                            train.source));
  }
  if (static_cast<std::size_t>(train.classes) > tiling.classes) {
    require("classes", tiling.classes, static_cast<std::size_t>(train.classes));
  }
}

namespace {

/// The first V + i V_before beyond the bound of refreshes.
void add_refresh_warning(const learn::RefreshSpec& refresh, const learn::TrainingTrace& mirror,
                         std::vector<std::string>& warnings) {
  for (std::size_t t = 0; t < mirror.iterations.size(); ++t) {
    const double largest = largest_refreshed(mirror, t);
    if (!(largest <= refresh.weight_bound)) {
      warnings.push_back(fmt::format(
          "after iteration {} a pair of weights that is refreshed has the magnitude {:.3g}, beyond "
          "the plan's bound {:.3g}: it may come back wrong; plan with a larger --weight-bound, a "
          "smaller --step or fewer --iterations",
          t + 1, largest, refresh.weight_bound));
      return;
    }
  }
}

}  // namespace

double largest_refreshed(const learn::TrainingTrace& mirror, std::size_t iteration) {
  const data::Matrix& v = mirror.iterations[iteration].momentum;
  if (iteration == 0) {
    return v.cwiseAbs().maxCoeff();
  }
  const data::Matrix& before = mirror.iterations[iteration - 1].momentum;
  return (v.array().square() + before.array().square()).sqrt().maxCoeff();
}

std::vector<std::string> range_warnings(const OwnerPlan& plan, const learn::TrainingTrace& mirror) {
  std::vector<std::string> warnings;
  const double domain = logit_range(plan.plan.spec);
  if (mirror.first_exceedance) {
    const learn::RangeExceedance& seen = *mirror.first_exceedance;
    warnings.push_back(fmt::format(
        "in iteration {} the logit of row {} and class {} is {:.3g}, outside the activation's "
        "domain [-{:g}, {:g}] (largest in the run: {:.3g}): the weights may go astray; plan with a "
        "larger --range, a smaller --step or fewer --iterations",
        seen.iteration, seen.row + 1, seen.label, seen.logit, domain, domain,
        mirror.largest_logit()));
  }
  if (plan.plan.costs.refreshes > 0) {
    add_refresh_warning(*plan.plan.spec.refresh, mirror, warnings);
  }
  const double room = kFirstPrime / plan.plan.spec.scale;
  for (std::size_t t = 0; t < mirror.iterations.size(); ++t) {
    const double largest = mirror.iterations[t].weights.cwiseAbs().maxCoeff();
    if (!(largest < room)) {
      warnings.push_back(fmt::format(
          "after iteration {} a weight is {:.3g}, but the scale leaves room for {:.3g} only: it "
          "cannot be decrypted; plan with a smaller --step or fewer --scale-bits",
          t + 1, largest, room));
      break;
    }
  }
  return warnings;
}

}  // namespace blindfit::journey
