// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/plan_file.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace blindfit::wire {
namespace {

using base::ErrorCode;
using nlohmann::json;

learn::TrainingPlan small_plan() {
  learn::PlanRequest request;
  request.spec.tiling = {{}, 100, 20, 3};
  request.spec.activation = {{{0, 0.4, 0, -0.1}}, 8, {}};
  request.spec.steps = {{1.25, 0.5, 0.125}, {1.125, -0.25, 0.0625}};
  request.spec.encrypted_preconditioner = true;
  request.log_n = 15;
  return learn::plan_training(request, {}).value();
}

std::string replace(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

/// Recomputes the checksum by asking the library to save what an editor changed, through the
/// documented rule.
ErrorCode code_of(const base::Result<PlanFile>& result) {
  EXPECT_FALSE(result.ok());
  return result.ok() ? ErrorCode::kInvalidArgument : result.error().code();
}

TEST(PlanFile, RoundTrips) {
  const learn::TrainingPlan plan = small_plan();
  const PlanFile loaded = load_plan(save_plan(plan, {{"transform", "whiten"}})).value();
  EXPECT_EQ(loaded.plan.parameters, plan.parameters);
  EXPECT_EQ(loaded.plan.spec.tiling, plan.spec.tiling);
  EXPECT_EQ(loaded.plan.spec.steps, plan.spec.steps);
  EXPECT_EQ(loaded.plan.spec.activation.odd.coefficients, plan.spec.activation.odd.coefficients);
  EXPECT_EQ(loaded.plan.levels, plan.levels);
  EXPECT_EQ(loaded.plan.keys.galois, plan.keys.galois);
  EXPECT_EQ(loaded.plan.costs.train_seconds, plan.costs.train_seconds);
  EXPECT_EQ(loaded.plan.costs.evaluation_key_bytes, plan.costs.evaluation_key_bytes);
  EXPECT_EQ(json::parse(loaded.owner), json({{"transform", "whiten"}}));
}

TEST(PlanFile, RoundTripsLossAndBatches) {
  learn::PlanRequest request;
  request.spec.tiling = {{}, 20000, 20, 3};
  request.spec.loss = learn::Loss::kMse;
  request.spec.batches = 2;
  request.spec.steps = {{1.25, 0.5}, {1.125, -0.25}};
  const learn::TrainingPlan plan = learn::plan_training(request, {}).value();
  const learn::TrainingSpec loaded = load_plan(save_plan(plan, {})).value().plan.spec;
  EXPECT_EQ(loaded.loss, learn::Loss::kMse);
  EXPECT_EQ(loaded.batches, 2U);
}

learn::TrainingPlan refreshed_plan() {
  learn::PlanRequest request;
  request.spec.tiling = {{}, 100, 20, 3};
  request.spec.activation = {{{0, 0.4, 0, -0.1}}, 8, {}};
  request.spec.steps.resize(5, {0.5, -0.25});
  request.spec.refresh = learn::RefreshSpec{bootstrap::set_a(), 3.5, base::Seed{1, 2, 0xAB}};
  return learn::plan_training(request, {}).value();
}

TEST(PlanFile, RoundTripsRefreshes) {
  const learn::TrainingPlan plan = refreshed_plan();
  const std::string text = save_plan(plan, json::object());
  const PlanFile loaded = load_plan(text).value();
  EXPECT_EQ(loaded.plan.spec.refresh, plan.spec.refresh);
  EXPECT_EQ(loaded.plan.parameters, plan.parameters);
  EXPECT_EQ(loaded.plan.keys.galois, plan.keys.galois);
  EXPECT_TRUE(loaded.plan.keys.encapsulation);
  EXPECT_EQ(loaded.plan.costs.refreshes, 3U);
  EXPECT_NE(text.find("\"signs\": \"0102ab00"), std::string::npos);
}

TEST(PlanFile, DependsOnEveryPartOfItsRefreshes) {
  const learn::TrainingPlan plan = refreshed_plan();
  const base::Digest id = plan_fingerprint(plan);
  learn::TrainingPlan other = plan;
  other.spec.refresh->weight_bound = 4;
  EXPECT_NE(plan_fingerprint(other), id);
  other = plan;
  other.spec.refresh->signs[31] = 1;
  EXPECT_NE(plan_fingerprint(other), id);
  other = plan;
  other.spec.refresh->set = bootstrap::set_t14();
  EXPECT_NE(plan_fingerprint(other), id);
  EXPECT_FALSE(load_plan(save_plan(other, json::object())).ok()) << "parameters of another set";
  other.spec.refresh->set.usable.count = 9;
  EXPECT_THROW((void)save_plan(other, json::object()), base::Error);
}

TEST(PlanFile, NamesWhatIsComputedAndNotWhatItCosts) {
  const learn::TrainingPlan plan = small_plan();
  const base::Digest id = plan_fingerprint(plan);
  EXPECT_EQ(plan_fingerprint(load_plan(save_plan(plan, {{"transform", "none"}})).value().plan), id);
  learn::TrainingPlan other = plan;
  other.costs.train_seconds += 1;
  EXPECT_EQ(plan_fingerprint(other), id);
  other.spec.steps.back().rate *= 1 + 0x1p-52;
  EXPECT_NE(plan_fingerprint(other), id);
  other = plan;
  other.parameters.log_q.push_back(40);
  EXPECT_NE(plan_fingerprint(other), id);
}

TEST(PlanFile, RefusesEveryTruncation) {
  const std::string text = save_plan(small_plan(), json::object());
  for (std::size_t length = 0; length + 2 < text.size(); ++length) {
    EXPECT_FALSE(load_plan(std::string_view(text).substr(0, length)).ok()) << length;
  }
}

TEST(PlanFile, RefusesEditsByTheirChecksum) {
  const std::string text = save_plan(small_plan(), json::object());
  EXPECT_EQ(code_of(load_plan(replace(text, "\"rows\": 100", "\"rows\": 101"))),
            ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(load_plan(replace(text, "blindfit plan", "blindfit plum"))),
            ErrorCode::kForeign);
  EXPECT_EQ(code_of(load_plan(replace(text, "\"version\": 4", "\"version\": 3"))),
            ErrorCode::kForeign);
  EXPECT_FALSE(load_plan("").ok());
  EXPECT_FALSE(load_plan("[]").ok());
}

/// `edit` applied to the document, with a checksum that fits.
template <typename Edit>
base::Result<PlanFile> load_edited(Edit edit) {
  json document = json::parse(save_plan(small_plan(), json::object()));
  edit(document);
  document.erase("checksum");
  const std::string body = document.dump();
  const base::Digest digest =
      base::blake2b({reinterpret_cast<const std::uint8_t*>(body.data()), body.size()});
  std::string hex;
  for (const std::uint8_t b : digest) {
    hex.push_back("0123456789abcdef"[b >> 4U]);
    hex.push_back("0123456789abcdef"[b & 15U]);
  }
  document["checksum"] = hex;
  return load_plan(document.dump());
}

TEST(PlanFile, RefusesConsistentButImpossiblePlans) {
  EXPECT_TRUE(load_edited([](json&) {}).ok());
  EXPECT_EQ(code_of(load_edited([](json& d) {
              d["parameters"]["log_q"].insert(d["parameters"]["log_q"].end(), 20, 40);
            })),
            ErrorCode::kInsecureParameters);
  EXPECT_EQ(code_of(load_edited([](json& d) { d["spec"]["scale"] = -1; })), ErrorCode::kMalformed);
  EXPECT_EQ(code_of(load_edited([](json& d) { d["spec"]["activation_radius"] = 0; })),
            ErrorCode::kMalformed);
  EXPECT_EQ(code_of(load_edited([](json& d) { d["spec"]["rows"] = 4000000000U; })),
            ErrorCode::kTooLarge);
  EXPECT_EQ(code_of(load_edited([](json& d) { d["spec"]["tile_rows"] = 0; })),
            ErrorCode::kMalformed);
  EXPECT_EQ(code_of(load_edited([](json& d) { d["spec"]["tile_rows"] = 3; })),
            ErrorCode::kInvalidArgument);
  // As many groups as a list of them could not hold.
  EXPECT_EQ(code_of(load_edited([](json& d) {
              d["spec"]["classes"] = std::uint64_t{1} << 32U;
              d["spec"]["tile_rows"] = std::uint64_t{1} << 32U;
            })),
            ErrorCode::kTooLarge);
  EXPECT_EQ(code_of(load_edited([](json& d) { d["spec"]["class_group"] = 3; })),
            ErrorCode::kMalformed);
  EXPECT_EQ(code_of(load_edited([](json& d) { d["spec"]["batches"] = 0; })),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(load_edited([](json& d) { d["spec"]["batches"] = 2; })),
            ErrorCode::kInvalidArgument);  // one pair of row tiles
  EXPECT_EQ(code_of(load_edited([](json& d) { d["spec"]["loss"] = "softmax"; })),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(load_edited([](json& d) {
              d["spec"]["softmax"] = {{"domain", 1000}, {"max_error", 0.01}};
            })),
            ErrorCode::kMalformed);
  EXPECT_EQ(code_of(load_edited([](json& d) { d["fingerprint"] = std::string(64, '0'); })),
            ErrorCode::kMalformed);
  EXPECT_EQ(code_of(load_edited([](json& d) { d["spec"].erase("rows"); })), ErrorCode::kMalformed);
  EXPECT_EQ(code_of(load_edited([](json& d) { d["spec"]["surprise"] = 1; })),
            ErrorCode::kMalformed);
  EXPECT_EQ(
      code_of(load_edited([](json& d) { d["spec"]["steps_rate_eta_decay"] = json::array(); })),
      ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace blindfit::wire
