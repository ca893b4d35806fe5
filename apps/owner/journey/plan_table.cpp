// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/plan_table.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/program/quantities.h"
#include "blindfit/bootstrap/failure_probability.h"
#include "blindfit/rlwe/security.h"

namespace blindfit::journey {
namespace {

using program::format_bytes;
using program::format_count;
using program::format_seconds;

std::string transform_text(const data::TransformOptions& transform) {
  std::string text(to_string(transform.kind));
  if (transform.kind == data::TransformKind::kWhiten) {
    text +=
        fmt::format(" to {} components{}, ridge {:.4g}", transform.components,
                    transform.equal_units ? " of features in equal units" : "", transform.ridge);
  }
  return text;
}

std::string method_text(const Preparation& p, const learn::TrainingSpec& spec) {
  std::string text = fmt::format("{}, {} iterations, a0 = {:g}", to_string(p.optimizer.method),
                                 spec.iterations(), p.optimizer.a0);
  if (p.optimizer.step) {
    text += fmt::format(", step {:g}", *p.optimizer.step);
  }
  if (p.optimizer.schedule != learn::StepSchedule::kConstant) {
    text += fmt::format(", {}", to_string(p.optimizer.schedule));
  }
  if (p.optimizer.weight_decay > 0) {
    text += fmt::format(", weight decay {:g}", p.optimizer.weight_decay);
  }
  if (spec.batches > 1) {
    text += fmt::format("; {} batches of about {} rows in turn", spec.batches,
                        format_count(spec.tiling.rows / spec.batches));
  }
  return text;
}

std::string tile_text(const matrix::Tiling& tiling) {
  return fmt::format("{} rows x {} features; {} x {} of them{}", tiling.tile.rows,
                     tiling.tile.features, tiling.row_tiles(), tiling.feature_tiles(),
                     tiling.paired() ? ", two row tiles a ciphertext" : "");
}

/// log2 of the probability that any refresh of the run fails.
double failure_log2(const learn::TrainingPlan& plan) {
  const auto parameters = bootstrap::BootstrapParameters::make(plan.spec.refresh->set).value();
  const auto refreshes = static_cast<double>(plan.costs.refreshes);
  constexpr double kMagnitude = 0.5;
  return 1 + std::max(bootstrap::log2_interval_failure(parameters, refreshes),
                      bootstrap::log2_overflow_failure(parameters, parameters.main().log_n() - 1,
                                                       kMagnitude, refreshes));
}

std::string refresh_text(const learn::TrainingPlan& plan) {
  const learn::RefreshSpec& refresh = *plan.spec.refresh;
  if (plan.costs.refreshes == 0) {
    return fmt::format("none needed, set {}", bootstrap::name_of(refresh.set).value_or("unnamed"));
  }
  return fmt::format(
      "{}, set {}: {} levels of {} bits each time; weights up to {:g}; the run "
      "fails with probability 2^{:.0f}",
      plan.costs.refreshes, bootstrap::name_of(refresh.set).value_or("unnamed"),
      refresh.set.usable.count, refresh.set.usable.bits, refresh.weight_bound, failure_log2(plan));
}

std::string memory_text(const learn::TrainingPlan& plan) {
  constexpr double kWorthSaying = 0.9;
  const double all = plan.costs.peak_memory_bytes;
  const double least = learn::streaming_memory(plan, 1);
  std::string text = "about " + format_bytes(all);
  if (least < kWorthSaying * all) {
    text += fmt::format("; with less, down to {}, it reads the data in every iteration again",
                        format_bytes(least));
  }
  return text;
}

}  // namespace

std::string activation_text(const learn::TrainingSpec& spec) {
  if (spec.loss == learn::Loss::kMse) {
    return "none: probabilities are the logits themselves";
  }
  if (spec.loss == learn::Loss::kSoftmax) {
    return fmt::format("softmax on [-{0:g}, {0:g}], error up to {1:.2g}, {2} levels",
                       spec.softmax->spec.domain, spec.softmax->spec.max_error,
                       spec.softmax->depth());
  }
  return fmt::format("odd polynomial of degree {} on [-{:g}, {:g}], error up to {:.2g}",
                     spec.activation.degree(), spec.activation.domain(), spec.activation.domain(),
                     spec.activation.max_error());
}

void print_plan(const program::Console& console, const OwnerPlan& owner, std::size_t threads) {
  const learn::TrainingPlan& plan = owner.plan;
  const learn::TrainingSpec& spec = plan.spec;
  const learn::PlanCosts& costs = plan.costs;
  const auto parameters = rlwe::Parameters::make(plan.parameters).value();
  console.row("data", fmt::format("{} rows, {} columns with bias, {} classes",
                                  format_count(spec.tiling.rows), spec.tiling.features,
                                  spec.tiling.classes));
  console.row("transform", transform_text(owner.preparation.transform));
  console.row("method", method_text(owner.preparation, spec));
  console.row("loss", std::string(learn::to_string(spec.loss)));
  console.row("activation", activation_text(spec));
  console.row("ring",
              fmt::format("N = 2^{}, log2(QP) = {:.0f}; 128 bits allow {:.0f}", parameters.log_n(),
                          parameters.log_qp(), rlwe::max_log_qp(parameters.log_n())));
  console.row("levels",
              fmt::format("{} of {:.0f} bits, digits of {} primes", parameters.max_level(),
                          std::log2(spec.scale), parameters.digit_size()));
  if (spec.refresh) {
    console.row("refreshes", refresh_text(plan));
  }
  if (spec.inference) {
    console.row("encrypted rows",
                spec.refresh ? "keys for them, counted below; weights get levels back first"
                             : fmt::format("keys for them, counted below, and {} levels "
                                           "that weights keep",
                                           learn::weights_level(spec)));
  }
  console.row("tile", tile_text(spec.tiling));
  console.row("upload", fmt::format("{} ciphertexts, {}", costs.ciphertexts_uploaded,
                                    format_bytes(costs.upload_bytes)));
  console.row("evaluation keys", fmt::format("{}: {} on disk, {} in memory", plan.keys.count(),
                                             format_bytes(costs.evaluation_key_bytes),
                                             format_bytes(costs.resident_key_bytes)));
  console.row("cloud's peak memory", memory_text(plan));
  console.row(
      "cloud's time",
      fmt::format("about {} an iteration, {} in all ({} key switches) on {} threads here",
                  format_seconds(costs.iteration_seconds), format_seconds(costs.train_seconds),
                  format_count(costs.key_switches), threads));
}

nlohmann::json plan_figures(const OwnerPlan& owner) {
  const learn::TrainingPlan& plan = owner.plan;
  const learn::TrainingSpec& spec = plan.spec;
  const learn::PlanCosts& costs = plan.costs;
  const auto parameters = rlwe::Parameters::make(plan.parameters).value();
  return {{"rows", spec.tiling.rows},
          {"features", spec.tiling.features},
          {"classes", spec.tiling.classes},
          {"iterations", spec.iterations()},
          {"log_n", parameters.log_n()},
          {"log_qp", parameters.log_qp()},
          {"levels", parameters.max_level()},
          {"digit_size", parameters.digit_size()},
          {"tile_rows", spec.tiling.tile.rows},
          {"tile_features", spec.tiling.tile.features},
          {"inference", spec.inference},
          {"loss", learn::to_string(spec.loss)},
          {"activation_degree", spec.activation.degree()},
          {"activation_domain", logit_range(spec)},
          {"ciphertexts_uploaded", costs.ciphertexts_uploaded},
          {"upload_bytes", costs.upload_bytes},
          {"evaluation_keys", plan.keys.count()},
          {"evaluation_key_bytes", costs.evaluation_key_bytes},
          {"resident_key_bytes", costs.resident_key_bytes},
          {"peak_memory_bytes", costs.peak_memory_bytes},
          {"key_switches", costs.key_switches},
          {"refreshes", costs.refreshes},
          {"plan_iteration_seconds", costs.iteration_seconds},
          {"plan_seconds", costs.train_seconds}};
}

}  // namespace blindfit::journey
