// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/answer_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "blindfit/testing/damaged_bytes.h"
#include "blindfit/wire/checked_json.h"

namespace blindfit::wire {
namespace {

using base::ErrorCode;
using nlohmann::json;
using ::testing::HasSubstr;

constexpr std::size_t kLastIteration = 10000;

Answer some_answer() {
  return {base::Digest{9, 0xCD}, 5, false};
}

/// The text of `some_answer` with a field set and the checksum that fits.
std::string forged(const char* field, const json& value) {
  json document = json::parse(save_answer(some_answer()));
  document[field] = value;
  return save_document({"blindfit answer", 1}, document);
}

TEST(AnswerFile, RoundTrips) {
  std::vector<Answer> answers(5, some_answer());
  answers[1].go_on = true;
  answers[2].iteration = 1;
  answers[3].iteration = kLastIteration;
  answers[4].query[31] = 0xFF;
  for (const Answer& answer : answers) {
    EXPECT_EQ(load_answer(save_answer(answer)).value(), answer);
  }
  EXPECT_THAT(save_answer(some_answer()), HasSubstr("\"query\": \"09cd00"));
  EXPECT_THAT(save_answer(some_answer()), HasSubstr("\"go_on\": false"));
}

TEST(AnswerFile, SavesNothingThatItWouldRefuse) {
  Answer answer = some_answer();
  answer.iteration = 0;
  EXPECT_THROW((void)save_answer(answer), base::Error);
  answer.iteration = kLastIteration + 1;
  EXPECT_THROW((void)save_answer(answer), base::Error);
}

TEST(AnswerFile, NamesTheFieldThatIsWrong) {
  const std::string zeros(64, '0');
  const std::vector<std::pair<const char*, json>> wrong = {
      {"query", "09cd"},
      {"query", nullptr},
      {"query", zeros + "00"},
      {"query", "A" + zeros.substr(1)},
      {"iteration", 0},
      {"iteration", -1},
      {"iteration", 1.5},
      {"iteration", 1e300},
      {"iteration", std::numeric_limits<double>::quiet_NaN()},
      {"iteration", "3"},
      {"iteration", json::array({3})},
      {"iteration", kLastIteration + 1},
      {"iteration", std::numeric_limits<std::uint64_t>::max()},
      {"go_on", "yes"},
      {"go_on", 1},
      {"go_on", nullptr},
  };
  for (const auto& [field, value] : wrong) {
    const auto result = load_answer(forged(field, value));
    ASSERT_FALSE(result.ok()) << field << value;
    EXPECT_EQ(result.error().code(), ErrorCode::kMalformed);
    EXPECT_THAT(result.error().what(), HasSubstr(std::string("answer.") + field));
  }
  EXPECT_EQ(load_answer(forged("iteration", kLastIteration))->iteration, kLastIteration);
}

TEST(AnswerFile, NeedsEveryFieldAndNoOther) {
  EXPECT_FALSE(load_answer(forged("surplus", 1)).ok());
  for (const char* field : {"query", "iteration", "go_on"}) {
    json document = json::parse(save_answer(some_answer()));
    document.erase(field);
    const auto result = load_answer(save_document({"blindfit answer", 1}, document));
    ASSERT_FALSE(result.ok()) << field;
    EXPECT_EQ(result.error().code(), ErrorCode::kMalformed);
    EXPECT_THAT(result.error().what(), HasSubstr(field));
  }
}

TEST(AnswerFile, RefusesOtherDocumentsAndDamage) {
  const json document = json::parse(save_answer(some_answer()));
  const auto code = [](const std::string& text) {
    const auto result = load_answer(text);
    EXPECT_FALSE(result.ok()) << text;
    return result.error().code();
  };
  EXPECT_EQ(code(save_document({"blindfit query", 1}, document)), ErrorCode::kForeign);
  EXPECT_EQ(code(save_document({"blindfit answer", 2}, document)), ErrorCode::kForeign);
  std::string text = save_answer(some_answer());
  text.pop_back();  // what is left without the line feed is still whole
  EXPECT_TRUE(load_answer(text).ok());
  const auto accepted = testing::accepted_damage(
      {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
      [](const testing::Bytes& bytes) {
        return load_answer({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).ok();
      });
  EXPECT_TRUE(accepted.empty()) << accepted.size() << ", first: " << accepted.front();
}

TEST(AnswerFile, StaysWithinTheLimits) {
  const std::string text = save_answer(some_answer());
  Limits limits;
  limits.max_json_bytes = text.size();
  EXPECT_TRUE(load_answer(text, limits).ok());
  --limits.max_json_bytes;
  EXPECT_EQ(load_answer(text, limits).error().code(), ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace blindfit::wire
