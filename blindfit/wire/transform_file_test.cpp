// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/transform_file.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "blindfit/testing/damaged_bytes.h"
#include "blindfit/wire/json_file.h"

namespace blindfit::wire {
namespace {

using base::ErrorCode;

Identity sample_identity() {
  Identity identity;
  identity.fingerprint.fill(1);
  identity.key_set.bytes.fill(2);
  return identity;
}

data::FeatureTransform fitted(data::TransformKind kind) {
  data::Matrix features(5, 3);
  features << 0.1, 1.0 / 3, 7, 2, -5, 1e-3, 4, 4, 4, -1, 0, 2, 9, 8, 3;
  return data::fit_transform(features, {kind, 2, 0.25}).value();
}

TEST(TransformFile, ReturnsEveryKindExactly) {
  for (const auto kind : {data::TransformKind::kNone, data::TransformKind::kCentre,
                          data::TransformKind::kStandardise, data::TransformKind::kWhiten}) {
    const data::FeatureTransform transform = fitted(kind);
    const auto loaded =
        load_transform(save_transform(sample_identity(), transform), sample_identity());
    ASSERT_TRUE(loaded.ok()) << loaded.error().what();
    EXPECT_EQ(loaded->kind, kind);
    EXPECT_EQ(loaded->inputs, transform.inputs);
    EXPECT_EQ(loaded->mean, transform.mean);
    EXPECT_EQ(loaded->scale, transform.scale);
    EXPECT_EQ(loaded->projection, transform.projection);
  }
}

TEST(TransformFile, AcceptsNoTruncationAndNoFlippedBit) {
  const auto accepted = testing::accepted_damage(
      save_transform(sample_identity(), fitted(data::TransformKind::kWhiten)),
      [](const testing::Bytes& bytes) { return load_transform(bytes, sample_identity()).ok(); });
  EXPECT_TRUE(accepted.empty()) << accepted.size() << ", first: " << accepted.front();
}

TEST(TransformFile, RefusesAnotherKeySet) {
  const auto bytes = save_transform(sample_identity(), fitted(data::TransformKind::kCentre));
  Identity other = sample_identity();
  other.key_set = draw_key_set_id();
  EXPECT_EQ(load_transform(bytes, other).error().code(), ErrorCode::kForeign);
}

TEST(TransformJson, RefusesFieldsThatDoNotFit) {
  for (const char* text : {
           R"(7)",
           R"({"kind": "none"})",
           R"({"kind": "rotate", "inputs": 2})",
           R"({"kind": "centre", "inputs": 2})",
           R"({"kind": "centre", "inputs": 2, "mean": [1]})",
           R"({"kind": "centre", "inputs": 2, "mean": [1, "2"]})",
           R"({"kind": "centre", "inputs": 2, "mean": [1, 2], "extra": 0})",
           R"({"kind": "none", "inputs": 99999999999})",
           R"({"kind": "whiten", "inputs": 2, "mean": [1, 2], "projection": [[1, 2], [3]]})",
           R"({"kind": "whiten", "inputs": 2, "mean": [1, 2], "projection": []})",
           R"({"kind": "whiten", "inputs": 2, "mean": [1, 2], "projection": [[1, null]]})",
       }) {
    const auto transform = transform_from_json(parse_json(text).value());
    ASSERT_FALSE(transform.ok()) << text;
    EXPECT_EQ(transform.error().code(), ErrorCode::kMalformed) << text;
  }
  EXPECT_TRUE(
      transform_from_json(
          parse_json(R"({"kind": "whiten", "inputs": 2, "mean": [1, 2], "projection": [[1, 2]]})")
              .value())
          .ok());
}

}  // namespace
}  // namespace blindfit::wire
