// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/owner_plan.h"

#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "apps/program/exit_code.h"
#include "blindfit/wire/json_file.h"
#include "blindfit/wire/load_file.h"
#include "blindfit/wire/plan_file.h"

namespace blindfit::journey {
namespace {

using base::Error;
using base::ErrorCode;
using program::throw_on_error;
using program::value_or_throw;
namespace fs = std::filesystem;

constexpr unsigned kMinScaleBits = 30;
constexpr unsigned kMaxScaleBits = 45;
constexpr unsigned kRefreshLogN = 16;
/// Making, sending and loading evaluation keys, together: a fast network's gigabit a second.
constexpr double kKeyBytesPerSecond = 1e8;
/// Refreshes take gigabytes of keys and matrices and are foreseen up to a fifth too fast: they must
/// be worth it.
constexpr double kRefreshesWorthIt = 0.8;

std::vector<learn::OptimizerStep> steps_of(const Preparation& preparation, std::size_t rows,
                                           std::size_t iterations) {
  return learn::schedule(preparation.optimizer, static_cast<Eigen::Index>(rows),
                         static_cast<int>(iterations));
}

void check(const TrainingRequest& request) {
  const auto positive = [](std::size_t value, const char* what) {
    if (value == 0) {
      throw Error(ErrorCode::kInvalidArgument, fmt::format("{} must be at least 1: 0", what));
    }
  };
  positive(request.rows, "rows");
  positive(request.features, "features");
  positive(request.iterations, "iterations");
  if (request.classes < 2) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("classes must be at least 2: {}", request.classes));
  }
  if (request.scale_bits < kMinScaleBits || request.scale_bits > kMaxScaleBits) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("the scale must have {} to {} bits: {}", kMinScaleBits, kMaxScaleBits,
                            request.scale_bits));
  }
}

double seconds_with_keys(const learn::PlanCosts& costs) {
  return costs.train_seconds + costs.evaluation_key_bytes / kKeyBytesPerSecond;
}

/// With refreshes by the set that takes the least time: more levels cost more, and may let classes
/// share rotations. The last set's refusal if none holds an iteration.
base::Result<learn::TrainingPlan> plan_with_refreshes(const TrainingRequest& request,
                                                      learn::PlanRequest plan,
                                                      const learn::CostModel& cost) {
  if (request.log_n && *request.log_n != kRefreshLogN) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("refreshes need --log-n {}: {}", kRefreshLogN, *request.log_n));
  }
  std::optional<learn::TrainingPlan> best;
  std::optional<Error> refusal;
  for (const bootstrap::NamedSet& set : bootstrap::named_sets()) {
    learn::RefreshSpec refresh;
    refresh.set = set.literal;
    refresh.weight_bound = request.weight_bound.value_or(logit_range(plan.spec));
    plan.spec.refresh = refresh;
    plan.spec.scale = std::exp2(set.literal.usable.bits);
    auto result = learn::plan_training(plan, cost);
    if (!result) {
      refusal = result.error();
    } else if (!best || seconds_with_keys(result->costs) < seconds_with_keys(best->costs)) {
      best = std::move(result).value();
    }
  }
  if (best) {
    return *best;
  }
  return *refusal;
}

base::Result<learn::TrainingPlan> choose_plan(const TrainingRequest& request,
                                              const learn::PlanRequest& plan,
                                              const learn::CostModel& cost) {
  if (request.refreshes == Refreshes::kAlways) {
    return plan_with_refreshes(request, plan, cost);
  }
  auto levelled = learn::plan_training(plan, cost);
  const bool ring_is_open = !request.log_n || *request.log_n == kRefreshLogN;
  if (request.refreshes == Refreshes::kNever || !ring_is_open) {
    return levelled;
  }
  auto refreshed = plan_with_refreshes(request, plan, cost);
  if (!refreshed) {
    return levelled;
  }
  const bool faster = !levelled || seconds_with_keys(refreshed->costs) <
                                       kRefreshesWorthIt * seconds_with_keys(levelled->costs);
  return faster ? refreshed : levelled;
}

void write_text(const fs::path& path, const std::string& text) {
  throw_on_error(base::write_file(
      path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
}

}  // namespace

Refreshes refreshes_policy(std::string_view name) {
  if (name == "auto") {
    return Refreshes::kAuto;
  }
  if (name == "never") {
    return Refreshes::kNever;
  }
  if (name == "always") {
    return Refreshes::kAlways;
  }
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("refreshes must be one of auto, never, always: {}", name));
}

OwnerPlan make_plan(const TrainingRequest& request, const learn::CostModel& cost) {
  check(request);
  learn::PlanRequest plan;
  plan.spec.tiling.rows = request.rows;
  plan.spec.tiling.features = request.features;
  plan.spec.tiling.classes = request.classes;
  plan.spec.loss = request.preparation.loss;
  plan.spec.batches = request.batches;
  plan.spec.activation = request.activation;
  plan.spec.softmax = request.softmax;
  plan.spec.steps = steps_of(request.preparation, request.rows, request.iterations);
  plan.spec.labels = request.labels;
  plan.spec.start = request.start;
  plan.spec.encrypted_preconditioner =
      request.preparation.optimizer.method == learn::Optimizer::kQuadraticGradientNag;
  plan.spec.scale = std::ldexp(1.0, static_cast<int>(request.scale_bits));
  plan.spec.inference = request.inference;
  plan.log_n = request.log_n;
  plan.max_ciphertexts = request.max_ciphertexts;
  plan.max_key_bytes = request.max_key_bytes;
  return {value_or_throw(choose_plan(request, plan, cost)), request.preparation};
}

void save_owner_plan(const fs::path& path, const OwnerPlan& plan) {
  write_text(path, wire::save_plan(plan.plan, to_json(plan.preparation)));
}

void save_public_plan(const fs::path& path, const OwnerPlan& plan) {
  write_text(path, wire::save_plan(plan.plan, nlohmann::json::object()));
}

OwnerPlan load_owner_plan(const fs::path& path) {
  const auto parse = [](std::span<const std::uint8_t> bytes) -> base::Result<OwnerPlan> {
    auto file = wire::load_plan({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!file) {
      return file.error();
    }
    try {
      OwnerPlan plan{file->plan, preparation_from_json(wire::parse_json(file->owner).value())};
      const learn::TrainingSpec& spec = plan.plan.spec;
      if (spec.steps != steps_of(plan.preparation, spec.tiling.rows, spec.iterations())) {
        return Error(ErrorCode::kMalformed,
                     "the plan's steps are not those of its optimizer; make a new one with `plan`");
      }
      return plan;
    } catch (const Error& error) {
      return error;
    }
  };
  return value_or_throw(wire::load_file(path, wire::Limits{}, parse));
}

double logit_range(const learn::TrainingSpec& spec) {
  switch (spec.loss) {
    case learn::Loss::kSle:
      return spec.activation.domain();
    case learn::Loss::kSoftmax:
      return spec.softmax->spec.domain;
    case learn::Loss::kMse:
      break;
  }
  return kSquaredErrorBound;
}

learn::RowRange rows_of(const learn::TrainingSpec& spec, std::size_t batch) {
  const matrix::PairRange pairs = spec.pairs_of(batch);
  const auto first = spec.tiling.rows_in({0, pairs.first});
  return {static_cast<Eigen::Index>(first),
          static_cast<Eigen::Index>(first + spec.tiling.rows_in(pairs))};
}

namespace {

learn::ActivationModel activation_model(const learn::TrainingSpec& spec) {
  switch (spec.loss) {
    case learn::Loss::kSle:
      return spec.activation;
    case learn::Loss::kSoftmax:
      return *spec.softmax;
    case learn::Loss::kMse:
      break;
  }
  return learn::Linear{};
}

}  // namespace

learn::TrainingTrace run_mirror(const OwnerPlan& plan, const PreparedData& prepared,
                                std::span<const int> labels) {
  const learn::TrainingSpec& spec = plan.plan.spec;
  learn::TrainerOptions options;
  options.optimizer = plan.preparation.optimizer;
  options.activation = activation_model(spec);
  for (std::size_t batch = 0; batch < spec.batches; ++batch) {
    options.batches.push_back(rows_of(spec, batch));
  }
  options.iterations = static_cast<int>(spec.iterations());
  options.preconditioner = prepared.preconditioner;
  const auto classes = static_cast<int>(spec.tiling.classes);
  if (spec.start == learn::Start::kEncrypted) {
    options.start =
        data::Matrix::Constant(classes, prepared.design.cols(), plan.preparation.start_value);
  }
  return learn::train(prepared.design, labels, classes, options);
}

}  // namespace blindfit::journey
