// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/json_file.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "blindfit/testing/damaged_bytes.h"

namespace blindfit::wire {
namespace {

using base::ErrorCode;
using nlohmann::json;

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

ErrorCode error_of(std::string_view text, const Limits& limits = {}) {
  const auto parsed = parse_json(text, limits);
  EXPECT_FALSE(parsed.ok()) << text;
  return parsed.error().code();
}

TEST(ParseJson, RefusesWhatFollowsAZeroByte) {
  using namespace std::string_view_literals;
  EXPECT_TRUE(parse_json("{}"sv).ok());
  const auto result = parse_json("{}\0garbage"sv);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), base::ErrorCode::kMalformed);
}

TEST(JsonFile, ReturnsTheSameDoubles) {
  const json document = {{"values", {0.1, 1e-308, 0x1.fffffffffffffp1023, -1.0 / 3, 5e-324}}};
  const auto bytes = save_json(ObjectKind::kTransform, {}, document);
  const auto object = load_json(bytes, ObjectKind::kTransform);
  ASSERT_TRUE(object.ok()) << object.error().what();
  EXPECT_EQ(parse_json(object->text).value(), document);
  EXPECT_FALSE(load_json(bytes, ObjectKind::kParameters).ok());
}

TEST(JsonFile, AcceptsNoTruncationAndNoFlippedBit) {
  const auto accepted = testing::accepted_damage(
      save_json(ObjectKind::kTransform, {}, {{"a", 1}}),
      [](const testing::Bytes& bytes) { return load_json(bytes, ObjectKind::kTransform).ok(); });
  EXPECT_TRUE(accepted.empty()) << accepted.size() << ", first: " << accepted.front();
}

TEST(JsonFile, WritesNoInfinityAndNoBrokenText) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THROW(save_json(ObjectKind::kTransform, {}, {{"a", {1.0, infinity}}}), base::Error);
  EXPECT_THROW(save_json(ObjectKind::kTransform, {}, {{"a", "\xFF"}}), base::Error);
}

TEST(JsonText, RefusesWhatParsersDisagreeAbout) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":1,\"a\":2}", "NaN", "1e999", "// c\n1",
                           "\"\xFF\"", "1 2", "{\"a\":{\"b\":1,\"b\":1}}"}) {
    EXPECT_EQ(error_of(text), ErrorCode::kMalformed);
  }
  EXPECT_TRUE(parse_json(R"({"a":{"k":1},"b":{"k":1}})").ok());
}

TEST(JsonText, RefusesDepthAndLengthBeyondTheLimits) {
  Limits limits;
  EXPECT_TRUE(parse_json(nested(limits.max_json_depth)).ok());
  EXPECT_EQ(error_of(nested(limits.max_json_depth + 1)), ErrorCode::kTooLarge);
  EXPECT_EQ(error_of(nested(1'000'000)), ErrorCode::kTooLarge);
  limits.max_json_bytes = 3;
  EXPECT_EQ(error_of("[10]", limits), ErrorCode::kTooLarge);
  EXPECT_TRUE(parse_json("[1]", limits).ok());
}

}  // namespace
}  // namespace blindfit::wire
