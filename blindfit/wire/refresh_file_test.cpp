// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/refresh_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "blindfit/wire/checked_json.h"

namespace blindfit::wire {
namespace {

using base::ErrorCode;
using nlohmann::json;
using ::testing::HasSubstr;

RefreshJob some_job() {
  return {bootstrap::set_t14(), 13, base::Seed{1, 2, 0xAB}, 21, true};
}

/// The text of `some_job` with a field set and the checksum that fits.
std::string forged(const char* field, const json& value) {
  json document = json::parse(save_refresh_job(some_job()));
  document[field] = value;
  return save_document({"blindfit refresh", 1}, document);
}

TEST(RefreshFile, RoundTrips) {
  for (const bootstrap::NamedSet& set : bootstrap::named_sets()) {
    RefreshJob job = some_job();
    job.set = set.literal;
    EXPECT_EQ(load_refresh_job(save_refresh_job(job)).value(), job);
  }
  EXPECT_THAT(save_refresh_job(some_job()), HasSubstr("\"signs\": \"0102ab00"));
}

TEST(RefreshFile, RefusesSetsWithoutAName) {
  RefreshJob job = some_job();
  job.set.interval = 15;
  EXPECT_THROW((void)save_refresh_job(job), base::Error);
}

TEST(RefreshFile, FingerprintDependsOnEveryField) {
  std::vector<RefreshJob> jobs(6, some_job());
  jobs[1].set = bootstrap::set_a();
  jobs[2].log_slots = 12;
  jobs[3].signs[31] = 1;
  jobs[4].inputs = 20;
  jobs[5].powers = false;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(refresh_job_fingerprint(jobs[i]), refresh_job_fingerprint(jobs[j])) << i << j;
    }
  }
  EXPECT_EQ(refresh_job_fingerprint(some_job()), refresh_job_fingerprint(jobs[0]));
}

TEST(RefreshFile, NamesTheFieldThatIsWrong) {
  const std::vector<std::pair<const char*, json>> wrong = {
      {"set", "B"},       {"set", 1},    {"log_slots", 16}, {"log_slots", 0}, {"signs", "01"},
      {"signs", nullptr}, {"inputs", 0}, {"inputs", 257},   {"inputs", -1},   {"powers", "yes"},
  };
  for (const auto& [field, value] : wrong) {
    const auto result = load_refresh_job(forged(field, value));
    ASSERT_FALSE(result.ok()) << field << value;
    EXPECT_EQ(result.error().code(), ErrorCode::kMalformed);
    EXPECT_THAT(result.error().what(), HasSubstr(std::string("refresh.") + field));
  }
  EXPECT_FALSE(load_refresh_job(forged("surplus", 1)).ok());
  EXPECT_TRUE(load_refresh_job(forged("inputs", 256)).ok());
}

TEST(CheckedJson, RefusesOtherFormatsVersionsAndContents) {
  const std::string text = save_document({"a", 2}, {{"x", 1}});
  const auto code = [](const DocumentKind& kind, const std::string& document) {
    const auto result = load_document(kind, document);
    EXPECT_FALSE(result.ok()) << document;
    return result.error().code();
  };
  EXPECT_TRUE(load_document({"a", 2}, text).ok());
  EXPECT_EQ(code({"b", 2}, text), ErrorCode::kForeign);
  EXPECT_EQ(code({"a", 1}, text), ErrorCode::kForeign);
  json edited = json::parse(text);
  edited["x"] = 2;
  EXPECT_EQ(code({"a", 2}, edited.dump()), ErrorCode::kCorrupt);
  EXPECT_EQ(code({"a", 2}, text.substr(0, 9)), ErrorCode::kMalformed);
  EXPECT_EQ(code({"a", 2}, "[]"), ErrorCode::kForeign);
}

}  // namespace
}  // namespace blindfit::wire
