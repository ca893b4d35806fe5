// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/plan_file.h"

#include <bit>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "blindfit/wire/checked_json.h"
#include "blindfit/wire/json_fields.h"
#include "blindfit/wire/json_file.h"
#include "blindfit/wire/parameters_file.h"

namespace blindfit::wire {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;

constexpr const char* kFormat = "blindfit plan";
constexpr std::uint64_t kVersion = 4;
constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 32;

std::string checksum_of(json document) {
  document.erase("checksum");
  return hexadecimal(document_digest(document));
}

json to_json(const learn::RefreshSpec& refresh) {
  const auto name = bootstrap::name_of(refresh.set);
  if (!name) {
    throw Error(ErrorCode::kInvalidArgument, "a plan's refreshes must use a named set");
  }
  return {{"set", *name},
          {"weight_bound", refresh.weight_bound},
          {"signs", hexadecimal(refresh.signs)}};
}

json softmax_to_json(const learn::SoftmaxSpec& softmax) {
  return {{"domain", softmax.domain}, {"max_error", softmax.max_error}};
}

json spec_to_json(const learn::TrainingSpec& spec) {
  json steps = json::array();
  for (const learn::OptimizerStep& step : spec.steps) {
    steps.push_back({step.rate, step.eta, step.decay});
  }
  const matrix::Tiling& t = spec.tiling;
  return {{"rows", t.rows},
          {"features", t.features},
          {"classes", t.classes},
          {"loss", to_string(spec.loss)},
          {"batches", spec.batches},
          {"tile_rows", t.tile.rows},
          {"tile_features", t.tile.features},
          {"class_group", t.class_group},
          {"activation_odd_chebyshev", spec.activation.odd.coefficients},
          {"activation_radius", spec.activation.radius},
          {"activation_extension_ratio", spec.activation.extension.ratio},
          {"activation_extension_steps", spec.activation.extension.steps},
          {"softmax", spec.softmax ? softmax_to_json(spec.softmax->spec) : json()},
          {"steps_rate_eta_decay", steps},
          {"labels", spec.labels == learn::LabelSource::kEncryptedLabels ? "encrypted" : "product"},
          {"start", spec.start == learn::Start::kEncrypted ? "encrypted" : "zero"},
          {"encrypted_preconditioner", spec.encrypted_preconditioner},
          {"scale", spec.scale},
          {"refresh", spec.refresh ? to_json(*spec.refresh) : json()},
          {"inference", spec.inference}};
}

bool choice(const JsonFields& fields, std::string_view name, std::string_view yes,
            std::string_view no) {
  const std::string text = fields.text(name);
  if (text != yes && text != no) {
    fields.fail(name, std::string(yes) + " or " + std::string(no));
  }
  return text == yes;
}

std::vector<learn::OptimizerStep> steps_from_json(const JsonFields& fields) {
  std::vector<learn::OptimizerStep> steps;
  const json& array = fields.at("steps_rate_eta_decay");
  const auto is_step = [](const json& s) {
    return s.is_array() && s.size() == 3 && s[0].is_number() && s[1].is_number() &&
           s[2].is_number();
  };
  if (!array.is_array() || array.size() > kMaxIterations) {
    fields.fail("steps_rate_eta_decay",
                "an array of at most " + std::to_string(kMaxIterations) + " steps");
  }
  for (const json& step : array) {
    if (!is_step(step)) {
      fields.fail("steps_rate_eta_decay", "triples of numbers");
    }
    steps.push_back({step[0].get<double>(), step[1].get<double>(), step[2].get<double>()});
  }
  return steps;
}

std::optional<learn::RefreshSpec> refresh_from_json(const json& object) {
  constexpr double kMaxWeightBound = 0x1p20;
  if (object.is_null()) {
    return std::nullopt;
  }
  const JsonFields fields(object, "refresh", {"set", "weight_bound", "signs"});
  learn::RefreshSpec refresh;
  const auto set = bootstrap::find_set(fields.text("set"));
  if (!set) {
    fields.fail("set", "A, T14 or T16");
  }
  refresh.set = *set;
  refresh.weight_bound = fields.number("weight_bound");
  if (!(refresh.weight_bound >= 1 / kMaxWeightBound && refresh.weight_bound <= kMaxWeightBound)) {
    fields.fail("weight_bound", "in [2^-20, 2^20]");
  }
  refresh.signs = fields.seed("signs");
  return refresh;
}

std::optional<learn::SoftmaxApproximation> softmax_from_json(const json& object,
                                                             std::size_t classes) {
  if (object.is_null()) {
    return std::nullopt;
  }
  const JsonFields fields(object, "softmax", {"domain", "max_error"});
  const auto spec =
      learn::conforming({classes, fields.number("domain"), fields.number("max_error")});
  return learn::make_softmax(spec.value()).value();
}

learn::TrainingSpec spec_from_json(const json& object) {
  const JsonFields fields(object, "spec",
                          {"rows",
                           "features",
                           "classes",
                           "loss",
                           "batches",
                           "tile_rows",
                           "tile_features",
                           "class_group",
                           "activation_odd_chebyshev",
                           "activation_radius",
                           "activation_extension_ratio",
                           "activation_extension_steps",
                           "softmax",
                           "steps_rate_eta_decay",
                           "labels",
                           "start",
                           "encrypted_preconditioner",
                           "scale",
                           "refresh",
                           "inference"});
  const auto count = [&](std::string_view name) {
    return static_cast<std::size_t>(fields.unsigned_integer(name, kMaxCount));
  };
  learn::TrainingSpec spec;
  spec.tiling = {{count("tile_rows"), count("tile_features")},
                 count("rows"),
                 count("features"),
                 count("classes"),
                 count("class_group")};
  spec.loss = learn::loss_from(fields.text("loss")).value();
  spec.batches = count("batches");
  spec.activation =
      learn::conforming(
          {{fields.numbers("activation_odd_chebyshev")},
           fields.number("activation_radius"),
           {fields.number("activation_extension_ratio"),
            static_cast<int>(fields.unsigned_integer("activation_extension_steps", 16))}})
          .value();
  spec.softmax = softmax_from_json(fields.at("softmax"), spec.tiling.classes);
  spec.steps = steps_from_json(fields);
  spec.labels = choice(fields, "labels", "encrypted", "product")
                    ? learn::LabelSource::kEncryptedLabels
                    : learn::LabelSource::kUploadedProduct;
  spec.start =
      choice(fields, "start", "encrypted", "zero") ? learn::Start::kEncrypted : learn::Start::kZero;
  spec.encrypted_preconditioner = fields.boolean("encrypted_preconditioner");
  spec.scale = fields.number("scale");
  if (!(spec.scale >= 0x1p20 && spec.scale <= 0x1p50)) {
    fields.fail("scale", "in [2^20, 2^50]");
  }
  spec.refresh = refresh_from_json(fields.at("refresh"));
  spec.inference = fields.boolean("inference");
  if (spec.tiling.tile.rows == 0 || spec.tiling.tile.features == 0) {
    fields.fail("tile_rows", "positive");
  }
  if (!std::has_single_bit(spec.tiling.class_group)) {
    fields.fail("class_group", "a power of two");
  }
  return spec;
}

json keys_to_json(const learn::KeyRequirements& keys) {
  json galois = json::array();
  for (const auto& [element, level] : keys.galois) {
    galois.push_back({element.value, level});
  }
  json object = {{"galois_element_level", galois}, {"encapsulation", keys.encapsulation}};
  if (keys.relinearization) {
    object["relinearization_level"] = *keys.relinearization;
  }
  return object;
}

json costs_to_json(const learn::PlanCosts& costs) {
  return {{"ciphertexts_uploaded", costs.ciphertexts_uploaded},
          {"upload_bytes", costs.upload_bytes},
          {"evaluation_key_bytes", costs.evaluation_key_bytes},
          {"resident_key_bytes", costs.resident_key_bytes},
          {"peak_memory_bytes", costs.peak_memory_bytes},
          {"setup_seconds", costs.setup_seconds},
          {"iteration_seconds", costs.iteration_seconds},
          {"train_seconds", costs.train_seconds},
          {"key_switches", costs.key_switches},
          {"refreshes", costs.refreshes}};
}

PlanFile plan_from_json(const json& root) {
  const JsonFields document(root, "plan",
                            {"format", "version", "checksum", "fingerprint", "parameters", "spec",
                             "levels", "keys", "costs", "owner"});
  auto literal = parameters_literal_from_json(document.at("parameters"));
  const learn::TrainingSpec spec = spec_from_json(document.at("spec"));
  auto plan = learn::complete_plan(literal.value(), spec, {});
  if (document.text("fingerprint") !=
      hexadecimal(rlwe::Parameters::make(literal.value()).value().fingerprint())) {
    document.fail("fingerprint", "that of the plan's parameters");
  }
  PlanFile file{std::move(plan).value(), document.at("owner").dump()};
  const JsonFields costs(document.at("costs"), "costs",
                         {"ciphertexts_uploaded", "upload_bytes", "evaluation_key_bytes",
                          "resident_key_bytes", "peak_memory_bytes", "setup_seconds",
                          "iteration_seconds", "train_seconds", "key_switches", "refreshes"});
  file.plan.costs.setup_seconds = costs.number("setup_seconds");
  file.plan.costs.iteration_seconds = costs.number("iteration_seconds");
  file.plan.costs.train_seconds = costs.number("train_seconds");
  return file;
}

}  // namespace

std::string save_plan(const learn::TrainingPlan& plan, const json& owner) {
  const auto parameters = rlwe::Parameters::make(plan.parameters);
  json document = {{"format", kFormat},
                   {"version", kVersion},
                   {"fingerprint", hexadecimal(parameters.value().fingerprint())},
                   {"parameters", to_json(plan.parameters)},
                   {"spec", spec_to_json(plan.spec)},
                   {"levels",
                    {{"data", plan.levels.data},
                     {"labels", plan.levels.labels},
                     {"label_product", plan.levels.label_product},
                     {"preconditioner", plan.levels.preconditioner},
                     {"start", plan.levels.start}}},
                   {"keys", keys_to_json(plan.keys)},
                   {"costs", costs_to_json(plan.costs)},
                   {"owner", owner}};
  document["checksum"] = checksum_of(document);
  return document.dump(2) + "\n";
}

base::Digest plan_fingerprint(const learn::TrainingPlan& plan) {
  return document_digest(
      {{"parameters", to_json(plan.parameters)}, {"spec", spec_to_json(plan.spec)}});
}

base::Result<PlanFile> load_plan(std::string_view text, const Limits& limits) {
  auto parsed = parse_json(text, limits);
  if (!parsed) {
    return parsed.error();
  }
  const json& root = *parsed;
  if (!root.is_object() || root.value("format", json()) != json(kFormat)) {
    return Error(
        ErrorCode::kForeign,
        "a plan file must say \"format\": \"blindfit plan\"; give the plan.json that `plan` "
        "wrote");
  }
  if (root.value("version", json()) != json(kVersion)) {
    return Error(ErrorCode::kForeign,
                 "this program reads plans of version " + std::to_string(kVersion) +
                     " (use the release that wrote it): " + root.value("version", json()).dump());
  }
  if (root.value("checksum", json()) != json(checksum_of(root))) {
    return Error(ErrorCode::kCorrupt,
                 "the plan's checksum does not fit its contents: it was damaged or edited; make a "
                 "new one with `plan`");
  }
  try {
    return plan_from_json(root);
  } catch (const Error& error) {
    return error;
  }
}

}  // namespace blindfit::wire
