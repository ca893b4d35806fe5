// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "blindfit/testing/damaged_bytes.h"

namespace blindfit::wire {
namespace {

using base::ErrorCode;
using testing::Bytes;
using ::testing::HasSubstr;
using testing::with_field;
using testing::with_fresh_checksum;

Identity sample_identity() {
  Identity identity;
  identity.fingerprint.fill(0xAB);
  identity.key_set.bytes.fill(0xCD);
  identity.role = {RoleKind::kData, 2, {}};
  identity.role.plan.fill(0xEF);
  return identity;
}

Bytes sample(std::size_t payload = 40) {
  ObjectWriter writer(ObjectKind::kTransform, sample_identity(), payload);
  for (std::size_t i = 0; i < payload; ++i) {
    writer.payload().number(static_cast<std::uint8_t>(i));
  }
  return std::move(writer).seal();
}

ErrorCode open_error(const Bytes& bytes, const Limits& limits = {}) {
  const auto object = open_object(bytes, ObjectKind::kTransform, limits);
  EXPECT_FALSE(object.ok());
  return object.error().code();
}

TEST(Header, ReturnsWhatWasWritten) {
  const Bytes bytes = sample();
  ASSERT_EQ(bytes.size(), kHeaderBytes + 40 + kChecksumBytes);
  const auto object = open_object(bytes, ObjectKind::kTransform, {});
  ASSERT_TRUE(object.ok()) << object.error().what();
  EXPECT_EQ(object->header.identity, sample_identity());
  EXPECT_EQ(object->payload.size(), 40U);
  EXPECT_EQ(object->payload[39], 39);
}

TEST(Header, AcceptsNoTruncationAndNoFlippedBit) {
  const auto accepted = testing::accepted_damage(sample(), [](const Bytes& bytes) {
    return open_object(bytes, ObjectKind::kTransform, {}).ok();
  });
  EXPECT_TRUE(accepted.empty()) << accepted.size() << ", first: " << accepted.front();
}

TEST(Header, NamesEachKindOfDamage) {
  const Bytes good = sample();
  EXPECT_EQ(open_error({}), ErrorCode::kMalformed);
  EXPECT_EQ(open_error(with_field(good, 0, std::uint8_t{'b'})), ErrorCode::kMalformed);
  EXPECT_EQ(open_error(with_field(good, 8, std::uint16_t{1})), ErrorCode::kForeign);
  EXPECT_EQ(open_error(with_fresh_checksum(with_field(good, 10, std::uint16_t{3}))),
            ErrorCode::kForeign);
  EXPECT_EQ(open_error(with_fresh_checksum(with_field(good, 12, std::uint32_t{1}))),
            ErrorCode::kMalformed);
  EXPECT_EQ(open_error(with_field(good, 140, std::uint8_t{0xFF})), ErrorCode::kCorrupt);
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(open_error(longer), ErrorCode::kMalformed);
  EXPECT_EQ(open_error(with_fresh_checksum(longer)), ErrorCode::kMalformed);
}

TEST(Header, RefusesALengthThatTheInputDoesNotHave) {
  for (const std::uint64_t claim :
       {std::uint64_t{0}, std::uint64_t{39}, std::uint64_t{41}, std::uint64_t{1} << 40,
        std::numeric_limits<std::uint64_t>::max() - 159}) {
    EXPECT_EQ(open_error(with_fresh_checksum(with_field(sample(), 120, claim))),
              ErrorCode::kMalformed)
        << claim;
  }
}

TEST(Header, RefusesMoreBytesThanTheLimit) {
  Limits limits;
  limits.max_bytes = sample().size();
  EXPECT_TRUE(open_object(sample(), ObjectKind::kTransform, limits).ok());
  --limits.max_bytes;
  EXPECT_EQ(open_error(sample(), limits), ErrorCode::kTooLarge);
}

TEST(Header, TellsForeignParametersFromForeignKeySets) {
  const auto object = open_object(sample(), ObjectKind::kTransform, {}).value();
  EXPECT_TRUE(check_identity(object.header, sample_identity()).ok());
  Identity other = sample_identity();
  other.key_set.bytes[31] = 0;
  const auto key_set = check_identity(object.header, other);
  ASSERT_FALSE(key_set.ok());
  EXPECT_EQ(key_set.error().code(), ErrorCode::kForeign);
  EXPECT_NE(std::string(key_set.error().what()).find("key set"), std::string::npos);
  other.fingerprint[0] = 0;
  const auto fingerprint = check_identity(object.header, other);
  ASSERT_FALSE(fingerprint.ok());
  EXPECT_NE(std::string(fingerprint.error().what()).find("other parameters"), std::string::npos);
}

TEST(Header, NamesTheRoleThatIsThereAndTheOneExpected) {
  const auto object = open_object(sample(), ObjectKind::kTransform, {}).value();
  const auto refusal = [&](const Role& expected) {
    Identity identity = sample_identity();
    identity.role = expected;
    const auto status = check_identity(object.header, identity);
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), ErrorCode::kForeign);
    return std::string(status.error().what());
  };
  const base::Digest plan = sample_identity().role.plan;
  EXPECT_THAT(refusal({RoleKind::kData, 3, plan}), HasSubstr("expected data 3"));
  EXPECT_THAT(refusal({RoleKind::kData, 3, plan}), HasSubstr("found data 2"));
  EXPECT_THAT(refusal({RoleKind::kLabels, 2, plan}), HasSubstr("expected labels 2"));
  EXPECT_THAT(refusal({RoleKind::kStart, 0, plan}), HasSubstr("expected start ("));
  EXPECT_THAT(refusal({RoleKind::kData, 2, {}}), HasSubstr("of another plan"));
  EXPECT_THAT(refusal({}), HasSubstr("efefefef"));
}

TEST(Header, IsNotSealedAtAnotherLengthThanDeclared) {
  ObjectWriter writer(ObjectKind::kTransform, sample_identity(), 2);
  writer.payload().number(std::uint8_t{1});
  EXPECT_THROW((void)std::move(writer).seal(), base::Error);
}

TEST(Header, DrawsAnotherKeySetEachTime) {
  EXPECT_NE(draw_key_set_id(), draw_key_set_id());
}

}  // namespace
}  // namespace blindfit::wire
