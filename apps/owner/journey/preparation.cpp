// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/preparation.h"

#include <fmt/core.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "apps/program/exit_code.h"
#include "blindfit/learn/head.h"
#include "blindfit/wire/json_fields.h"

namespace blindfit::journey {
namespace {

using base::Error;
using base::ErrorCode;
using data::TransformKind;
using learn::Optimizer;
using learn::StepSchedule;
using nlohmann::json;

/// Of a column that no transform scales: features of networks stay below it.
constexpr double kLargestPlainMean = 0x1p4;

constexpr std::string_view kFileUnits = "file";
constexpr std::string_view kEqualUnits = "equal";

template <typename T>
struct Name {
  T value;
  std::string_view text;
};

constexpr std::array<Name<TransformKind>, 4> kTransforms = {
    {{TransformKind::kNone, "none"},
     {TransformKind::kCentre, "centre"},
     {TransformKind::kStandardise, "standardise"},
     {TransformKind::kWhiten, "whiten"}}};
constexpr std::array<Name<Optimizer>, 3> kOptimizers = {
    {{Optimizer::kQuadraticGradientNag, "quadratic-gradient"},
     {Optimizer::kNag, "nag"},
     {Optimizer::kGradientAscent, "gradient-ascent"}}};
constexpr std::array<Name<CurvatureBound>, 2> kBounds = {
    {{CurvatureBound::kPaper, "paper"}, {CurvatureBound::kGram, "gram"}}};
constexpr std::array<Name<StepSchedule>, 4> kSchedules = {
    {{StepSchedule::kConstant, "constant"},
     {StepSchedule::kInverse, "inverse"},
     {StepSchedule::kExponential, "exponential"},
     {StepSchedule::kCosine, "cosine"}}};

template <typename T, std::size_t N>
T value_of(const std::array<Name<T>, N>& names, std::string_view text, const char* what) {
  std::string known;
  for (const Name<T>& name : names) {
    if (name.text == text) {
      return name.value;
    }
    known += (known.empty() ? "" : ", ") + std::string(name.text);
  }
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("{} must be one of {}: {}", what, known, text));
}

template <typename T, std::size_t N>
std::string_view name_of(const std::array<Name<T>, N>& names, T value) noexcept {
  for (const Name<T>& name : names) {
    if (name.value == value) {
      return name.text;
    }
  }
  return "unknown";
}

}  // namespace

TransformKind transform_kind(std::string_view name) {
  return value_of(kTransforms, name, "the transform");
}
bool equal_units(std::string_view name) {
  if (name != kFileUnits && name != kEqualUnits) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("the units must be one of {}, {}: {}", kFileUnits, kEqualUnits, name));
  }
  return name == kEqualUnits;
}
Optimizer optimizer_method(std::string_view name) {
  return value_of(kOptimizers, name, "the method");
}
CurvatureBound curvature_bound(std::string_view name) {
  return value_of(kBounds, name, "the bound");
}
std::string_view to_string(TransformKind kind) noexcept {
  return name_of(kTransforms, kind);
}
std::string_view to_string(Optimizer method) noexcept {
  return name_of(kOptimizers, method);
}
StepSchedule step_schedule(std::string_view name) {
  return value_of(kSchedules, name, "the schedule");
}
std::string_view to_string(CurvatureBound bound) noexcept {
  return name_of(kBounds, bound);
}
std::string_view to_string(StepSchedule schedule) noexcept {
  return name_of(kSchedules, schedule);
}

json to_json(const Preparation& p) {
  json object = {{"transform", to_string(p.transform.kind)},
                 {"components", p.transform.components},
                 {"ridge", p.transform.ridge},
                 {"loss", learn::to_string(p.loss)},
                 {"method", to_string(p.optimizer.method)},
                 {"a0", p.optimizer.a0},
                 {"schedule", to_string(p.optimizer.schedule)},
                 {"schedule_rate", p.optimizer.schedule_rate},
                 {"weight_decay", p.optimizer.weight_decay},
                 {"bound", to_string(p.bound)},
                 {"start_value", p.start_value}};
  if (p.transform.equal_units) {
    object["units"] = kEqualUnits;
  }
  if (p.optimizer.step) {
    object["step"] = *p.optimizer.step;
  }
  if (!p.class_names.empty()) {
    object["class_names"] = p.class_names;
  }
  if (p.shuffle) {
    object["shuffle"] = *p.shuffle;
  }
  return object;
}

Preparation preparation_from_json(const json& object) {
  constexpr std::uint64_t kMaxComponents = 1U << 24U;
  constexpr std::uint64_t kMaxShuffleSeed = ~std::uint64_t{0};
  const wire::JsonFields fields(
      object, "owner",
      {"transform", "components", "ridge", "units", "loss", "method", "a0", "step", "schedule",
       "schedule_rate", "weight_decay", "bound", "start_value", "shuffle", "class_names"});
  Preparation p;
  p.transform.kind = transform_kind(fields.text("transform"));
  p.transform.components =
      static_cast<Eigen::Index>(fields.unsigned_integer("components", kMaxComponents));
  p.transform.ridge = fields.number("ridge");
  p.transform.equal_units = fields.has("units") && equal_units(fields.text("units"));
  p.loss = program::value_or_throw(learn::loss_from(fields.text("loss")));
  p.optimizer.method = optimizer_method(fields.text("method"));
  p.optimizer.a0 = fields.number("a0");
  p.optimizer.schedule = step_schedule(fields.text("schedule"));
  p.optimizer.schedule_rate = fields.number("schedule_rate");
  p.optimizer.weight_decay = fields.number("weight_decay");
  if (fields.has("step")) {
    p.optimizer.step = fields.number("step");
  }
  p.bound = curvature_bound(fields.text("bound"));
  p.start_value = fields.number("start_value");
  if (fields.has("class_names")) {
    p.class_names = fields.texts("class_names");
  }
  if (fields.has("shuffle")) {
    p.shuffle = fields.unsigned_integer("shuffle", kMaxShuffleSeed);
  }
  return p;
}

double largest_mean_magnitude(TransformKind kind) noexcept {
  const bool scaled = kind == TransformKind::kStandardise || kind == TransformKind::kWhiten;
  return scaled ? 1 : kLargestPlainMean;
}

namespace {

/// Only plain columns can be too large: what the other transforms leave has a mean square of at
/// most 1, and so a mean magnitude of at most 1.
void check_magnitudes(const data::Dataset& train, const PreparedData& prepared) {
  const TransformKind kind = prepared.transform.kind;
  if (largest_mean_magnitude(kind) != kLargestPlainMean) {
    return;
  }
  Eigen::Index column = 0;
  const double largest = prepared.design.cwiseAbs().colwise().mean().maxCoeff(&column);
  if (!(largest <= kLargestPlainMean)) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: the mean magnitude of a feature must be at most {:g}, or noise "
                            "drowns the result; scale the features, or plan with --transform "
                            "standardise: {:.3g} in feature {}",
                            train.source, kLargestPlainMean, largest, column));
  }
}

}  // namespace

data::Dataset arrange(data::Dataset train, const Preparation& preparation) {
  return preparation.shuffle ? data::shuffled(train, *preparation.shuffle) : std::move(train);
}

PreparedData prepare(const data::Dataset& train, const Preparation& preparation) {
  PreparedData prepared;
  prepared.transform =
      program::value_or_throw(data::fit_transform(train.features, preparation.transform));
  prepared.design = learn::design_matrix(data::apply(prepared.transform, train.features));
  check_magnitudes(train, prepared);
  if (preparation.optimizer.method == Optimizer::kQuadraticGradientNag) {
    const double curvature = learn::curvature(preparation.loss);
    prepared.preconditioner = preparation.bound == CurvatureBound::kPaper
                                  ? learn::diagonal_bound(prepared.design, curvature)
                                  : learn::gram_bound(prepared.design, curvature);
  }
  return prepared;
}

}  // namespace blindfit::journey
