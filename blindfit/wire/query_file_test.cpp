// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/query_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "blindfit/testing/damaged_bytes.h"
#include "blindfit/wire/checked_json.h"

namespace blindfit::wire {
namespace {

using base::ErrorCode;
using nlohmann::json;
using ::testing::HasSubstr;

constexpr std::uint64_t kMaxRows = 4294967296;
constexpr std::size_t kLastIteration = 10000;

Query some_query() {
  return {base::Digest{9, 0xCD}, base::Seed{1, 2, 0xAB}, 10000, {2, 5, 10}, std::nullopt};
}

/// `first`, `first` + 1, ...
std::vector<std::size_t> iterations_from(std::size_t first, std::size_t count) {
  std::vector<std::size_t> iterations(count);
  std::iota(iterations.begin(), iterations.end(), first);
  return iterations;
}

/// The text of `some_query` with a field set and the checksum that fits.
std::string forged(const char* field, const json& value) {
  json document = json::parse(save_query(some_query()));
  document[field] = value;
  return save_document({"blindfit query", 1}, document);
}

TEST(QueryFile, RoundTrips) {
  std::vector<Query> queries(6, some_query());
  queries[5].iterations = {};
  queries[5].plain = learn::PlainHeadShape{513, 1U << 24U};
  queries[1].rows = 1;
  queries[2].rows = kMaxRows;
  queries[3].iterations = {};
  queries[4].iterations = iterations_from(kLastIteration - 15, 16);
  for (const Query& query : queries) {
    EXPECT_EQ(load_query(save_query(query)).value(), query);
  }
  EXPECT_THAT(save_query(some_query()), HasSubstr("\"plan\": \"09cd00"));
  EXPECT_THAT(save_query(some_query()), HasSubstr("\"nonce\": \"0102ab00"));
}

TEST(QueryFile, SavesNothingThatItWouldRefuse) {
  std::vector<Query> queries(9, some_query());
  queries[7].plain = learn::PlainHeadShape{5, 2};  // beside iterations
  queries[8].iterations = {};
  queries[8].plain = learn::PlainHeadShape{5, 0};
  queries[0].rows = 0;
  queries[1].rows = kMaxRows + 1;
  queries[2].iterations = {0, 1};
  queries[3].iterations = {kLastIteration + 1};
  queries[4].iterations = {5, 2};
  queries[5].iterations = {2, 2};
  queries[6].iterations = iterations_from(1, 17);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    EXPECT_THROW((void)save_query(queries[i]), base::Error) << i;
    EXPECT_THROW((void)query_fingerprint(queries[i]), base::Error) << i;
  }
}

TEST(QueryFile, FingerprintDependsOnEveryField) {
  std::vector<Query> queries(9, some_query());
  queries[7].iterations = {};
  queries[7].plain = learn::PlainHeadShape{5, 2};
  queries[8].iterations = {};
  queries[8].plain = learn::PlainHeadShape{2, 5};
  queries[1].plan[31] = 1;
  queries[2].nonce[31] = 1;
  queries[3].rows = 9999;
  queries[4].iterations = {2, 5};
  queries[5].iterations = {2, 5, 11};
  queries[6].iterations = {};
  for (std::size_t i = 0; i < queries.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(query_fingerprint(queries[i]), query_fingerprint(queries[j])) << i << j;
    }
  }
  EXPECT_EQ(query_fingerprint(some_query()), query_fingerprint(queries[0]));
}

TEST(QueryFile, FingerprintIsThatOfTheFieldsAsDocumented) {
  // BLAKE2b-256, by Python's hashlib, of {"iterations":[2,5,10],"nonce":"0102ab00...","plain_head":
  // null,"plan":"09cd00...","rows":10000}.
  EXPECT_EQ(hexadecimal(query_fingerprint(some_query())),
            "2837518b3312f5fb1418450e36636a8668626b0238e22c0b7195addf578dcfab");
}

TEST(QueryFile, NamesTheFieldThatIsWrong) {
  const std::string zeros(64, '0');
  const std::vector<std::pair<const char*, json>> wrong = {
      {"plan", "09cd"},
      {"plan", nullptr},
      {"plan", zeros + "00"},
      {"nonce", "01"},
      {"nonce", 7},
      {"nonce", "A" + zeros.substr(1)},
      {"rows", 0},
      {"rows", -1},
      {"rows", 1.5},
      {"rows", 1e300},
      {"rows", std::numeric_limits<double>::quiet_NaN()},
      {"rows", "3"},
      {"rows", kMaxRows + 1},
      {"rows", std::numeric_limits<std::uint64_t>::max()},
      {"iterations", 3},
      {"iterations", nullptr},
      {"iterations", json::object()},
      {"iterations", json::array({0})},
      {"iterations", json::array({-1})},
      {"iterations", {1, 2.5}},
      {"iterations", {1, "2"}},
      {"iterations", {1, std::numeric_limits<double>::quiet_NaN()}},
      {"iterations", json::array({kLastIteration + 1})},
      {"iterations", json::array({(std::uint64_t{1} << 32U) + 1})},  // 1 in 32 bits
      {"iterations", {5, 2}},
      {"iterations", {2, 2}},
      {"iterations", iterations_from(1, 17)},
  };
  for (const auto& [field, value] : wrong) {
    const auto result = load_query(forged(field, value));
    ASSERT_FALSE(result.ok()) << field << value;
    EXPECT_EQ(result.error().code(), ErrorCode::kMalformed);
    EXPECT_THAT(result.error().what(), HasSubstr(std::string("query.") + field));
  }
  EXPECT_EQ(load_query(forged("iterations", {1, kLastIteration}))->iterations.back(),
            kLastIteration);
  EXPECT_TRUE(load_query(forged("iterations", iterations_from(1, 16))).ok());
}

TEST(QueryFile, NamesWhatIsWrongWithAPlainHead) {
  const std::vector<std::pair<const char*, json>> wrong = {
      {"plain_head", 3},
      {"plain_head", json::object()},
      {"plain_head.features", {{"features", 0}, {"classes", 2}}},
      {"plain_head.classes", {{"features", 2}, {"classes", 1e300}}},
      {"plain_head.classes", {{"features", 2}, {"classes", kMaxPlainHeadSide + 1}}},
      {"bias", {{"features", 2}, {"classes", 2}, {"bias", true}}},
      {"query.iterations", {{"features", 2}, {"classes", 2}}},  // beside iterations
  };
  for (const auto& [words, value] : wrong) {
    const auto result = load_query(forged("plain_head", value));
    ASSERT_FALSE(result.ok()) << words << value;
    EXPECT_EQ(result.error().code(), ErrorCode::kMalformed);
    EXPECT_THAT(result.error().what(), HasSubstr(words));
  }
}

TEST(QueryFile, NeedsEveryFieldAndNoOther) {
  EXPECT_FALSE(load_query(forged("surplus", 1)).ok());
  for (const char* field : {"plan", "nonce", "rows", "iterations", "plain_head"}) {
    json document = json::parse(save_query(some_query()));
    document.erase(field);
    const auto result = load_query(save_document({"blindfit query", 1}, document));
    ASSERT_FALSE(result.ok()) << field;
    EXPECT_EQ(result.error().code(), ErrorCode::kMalformed);
    EXPECT_THAT(result.error().what(), HasSubstr(field));
  }
}

TEST(QueryFile, RefusesOtherDocumentsAndDamage) {
  const json document = json::parse(save_query(some_query()));
  const auto code = [](const std::string& text) {
    const auto result = load_query(text);
    EXPECT_FALSE(result.ok()) << text;
    return result.error().code();
  };
  EXPECT_EQ(code(save_document({"blindfit answer", 1}, document)), ErrorCode::kForeign);
  EXPECT_EQ(code(save_document({"blindfit query", 2}, document)), ErrorCode::kForeign);
  std::string text = save_query(some_query());
  text.pop_back();  // what is left without the line feed is still whole
  EXPECT_TRUE(load_query(text).ok());
  const auto accepted = testing::accepted_damage(
      {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
      [](const testing::Bytes& bytes) {
        return load_query({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).ok();
      });
  EXPECT_TRUE(accepted.empty()) << accepted.size() << ", first: " << accepted.front();
}

TEST(QueryFile, StaysWithinTheLimits) {
  const std::string text = save_query(some_query());
  Limits limits;
  limits.max_json_bytes = text.size();
  EXPECT_TRUE(load_query(text, limits).ok());
  --limits.max_json_bytes;
  EXPECT_EQ(load_query(text, limits).error().code(), ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace blindfit::wire
