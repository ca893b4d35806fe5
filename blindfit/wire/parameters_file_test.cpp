// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/parameters_file.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "blindfit/testing/damaged_bytes.h"
#include "blindfit/testing/insecure_parameters.h"
#include "blindfit/wire/json_file.h"

namespace blindfit::wire {
namespace {

using base::ErrorCode;
using testing::Bytes;
using testing::with_field;
using testing::with_fresh_checksum;

const rlwe::ParametersLiteral kLiteral = {
    .log_n = 13, .log_q = {45, 36, 36}, .log_p = {45}, .digit_size = 0};

rlwe::Parameters parameters() {
  return rlwe::Parameters::make(kLiteral).value();
}

ErrorCode error_of(const Bytes& bytes) {
  const auto loaded = load_parameters(bytes);
  EXPECT_FALSE(loaded.ok());
  return loaded.error().code();
}

ErrorCode json_error(const char* text) {
  const auto literal = parameters_literal_from_json(parse_json(text).value());
  EXPECT_FALSE(literal.ok()) << text;
  return literal.error().code();
}

TEST(ParametersFile, ReturnsTheSameParameters) {
  const auto loaded = load_parameters(save_parameters(parameters()));
  ASSERT_TRUE(loaded.ok()) << loaded.error().what();
  EXPECT_EQ(loaded->literal(), kLiteral);
  EXPECT_EQ(loaded->fingerprint(), parameters().fingerprint());
}

TEST(ParametersFile, AcceptsNoTruncationAndNoFlippedBit) {
  const auto accepted =
      testing::accepted_damage(save_parameters(parameters()),
                               [](const Bytes& bytes) { return load_parameters(bytes).ok(); });
  EXPECT_TRUE(accepted.empty()) << accepted.size() << ", first: " << accepted.front();
}

TEST(ParametersFile, RefusesAFingerprintThatIsNotItsOwn) {
  EXPECT_EQ(error_of(with_fresh_checksum(with_field(save_parameters(parameters()), 20, ~0U))),
            ErrorCode::kForeign);
}

TEST(ParametersFile, RefusesCountsBeyondItsBytes) {
  const Bytes good = save_parameters(parameters());
  for (const std::size_t at : {kHeaderBytes + 8, kHeaderBytes + 12}) {
    for (const std::uint32_t count : {5U, 0x10000U, 0xFFFFFFFFU}) {
      EXPECT_EQ(error_of(with_fresh_checksum(with_field(good, at, count))), ErrorCode::kMalformed);
    }
  }
}

TEST(ParametersFile, RefusesInsecureAndNonsensicalSets) {
  const rlwe::Parameters insecure = testing::InsecureParameters::make(
      {.log_n = 10, .log_q = {40, 30}, .log_p = {40}, .digit_size = 1});
  EXPECT_EQ(error_of(save_parameters(insecure)), ErrorCode::kInsecureParameters);
  EXPECT_TRUE(load_parameters_file(save_parameters(insecure)).ok());
  EXPECT_EQ(error_of(with_fresh_checksum(
                with_field(save_parameters(parameters()), kHeaderBytes, std::uint32_t{60}))),
            ErrorCode::kInvalidArgument);
}

TEST(ParametersJson, ReturnsTheSameLiteral) {
  const auto parsed = parse_json(to_json(kLiteral).dump());
  EXPECT_EQ(parameters_literal_from_json(*parsed).value(), kLiteral);
}

TEST(ParametersJson, RefusesMissingUnknownAndMistypedFields) {
  const char* const kBroken[] = {
      R"([])",
      R"({})",
      R"({"log_n": 13, "log_q": [45], "log_p": [45]})",
      R"({"log_n": 13, "log_q": [45], "log_p": [45], "digit_size": 1, "sigma": 3})",
      R"({"log_n": 13.5, "log_q": [45], "log_p": [45], "digit_size": 1})",
      R"({"log_n": -13, "log_q": [45], "log_p": [45], "digit_size": 1})",
      R"({"log_n": 4294967309, "log_q": [45], "log_p": [45], "digit_size": 1})",
      R"({"log_n": 13, "log_q": 45, "log_p": [45], "digit_size": 1})",
      R"({"log_n": 13, "log_q": [45, "36"], "log_p": [45], "digit_size": 1})",
      R"({"log_n": 13, "log_q": [45], "log_p": [4294967341], "digit_size": 1})",
  };
  for (const char* text : kBroken) {
    EXPECT_EQ(json_error(text), ErrorCode::kMalformed);
  }
}

}  // namespace
}  // namespace blindfit::wire
