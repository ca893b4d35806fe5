// SPDX-License-Identifier: Apache-2.0
// Archives survive the round trip, load in NumPy, and cannot unpack to more than the limit.
#include "blindfit/data/npz.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "blindfit/data/npy.h"
#include "blindfit/testing/temporary_folder.h"

namespace blindfit::data {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;

bool has_numpy() {
  return std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") == 0;
}

NpzMembers example() {
  return {{"weights", make_npy(Matrix((Matrix(2, 2) << 0.1, 2, 3, 4).finished()))},
          {"bias", make_npy(Eigen::VectorXd(Eigen::Vector2d(-1, 1)))}};
}

TEST(Npz, ReturnsTheMembersItWasMadeOf) {
  const Bytes bytes = make_npz(example());
  const auto members = parse_npz(bytes, "t.npz");
  ASSERT_TRUE(members) << members.error().what();
  EXPECT_EQ(*members, example());
}

TEST(Npz, DependsOnTheMembersAlone) {
  EXPECT_EQ(make_npz(example()), make_npz(example()));
}

TEST(Npz, DetectsEveryFlippedBitOfTheData) {
  const Bytes whole = make_npz(example());
  const Bytes weights = example().at("weights");
  const auto start =
      std::search(whole.begin(), whole.end(), weights.begin(), weights.end()) - whole.begin();
  ASSERT_LT(static_cast<std::size_t>(start), whole.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    Bytes damaged = whole;
    damaged[static_cast<std::size_t>(start) + i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    const auto members = parse_npz(damaged, "t.npz");
    ASSERT_FALSE(members) << i;
    EXPECT_EQ(members.error().code(), ErrorCode::kCorrupt);
    EXPECT_THAT(members.error().what(), HasSubstr("t.npz"));
  }
}

TEST(Npz, RefusesEveryTruncation) {
  const Bytes whole = make_npz(example());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_npz(std::span(whole).first(length), "t.npz")) << length;
  }
}

TEST(Npz, RefusesMoreThanTheLimits) {
  Limits limits;
  limits.bytes = 100;
  const auto large = parse_npz(make_npz(example()), "t.npz", limits);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code(), ErrorCode::kTooLarge);

  NpzMembers many;
  for (int i = 0; i < 65; ++i) {
    many["m" + std::to_string(i)] = {1};
  }
  const auto crowded = parse_npz(make_npz(many), "t.npz");
  ASSERT_FALSE(crowded);
  EXPECT_EQ(crowded.error().code(), ErrorCode::kTooLarge);
}

TEST(Npz, IsReadByNumPy) {
  if (!has_numpy()) {
    GTEST_SKIP() << "/usr/bin/python3 has no numpy";
  }
  const testing::TemporaryFolder folder;
  folder.write("h.npz", make_npz(example()));
  const std::string check = "cd " + folder.path().string() +
                            " && /usr/bin/python3 -c \"import numpy as n; h = n.load('h.npz');"
                            " assert sorted(h.files) == ['bias', 'weights'];"
                            " assert (h['weights'] == [[0.1, 2], [3, 4]]).all();"
                            " assert (h['bias'] == [-1, 1]).all()\"";
  EXPECT_EQ(std::system(check.c_str()), 0);
}

TEST(Npz, ReadsWhatNumPyWritesAndRefusesItsBombs) {
  if (!has_numpy()) {
    GTEST_SKIP() << "/usr/bin/python3 has no numpy";
  }
  const testing::TemporaryFolder folder;
  const std::string make =
      "cd " + folder.path().string() +
      " && /usr/bin/python3 -c \"import numpy as n; n.savez('s.npz', a=n.arange(3.0));"
      " n.savez_compressed('c.npz', a=n.arange(3.0)); n.savez_compressed('b.npz', a=n.zeros(1 << "
      "22))\"";
  ASSERT_EQ(std::system(make.c_str()), 0);
  for (const char* name : {"s.npz", "c.npz"}) {
    const auto members = parse_npz(read_unpacked(folder.path() / name, 1 << 20).value(), name);
    ASSERT_TRUE(members) << members.error().what();
    EXPECT_EQ(to_matrix(parse_npy(members->at("a"), name).value(), name).value(),
              (Matrix(3, 1) << 0, 1, 2).finished());
  }
  const Bytes bomb = read_unpacked(folder.path() / "b.npz", 1 << 20).value();  // 33 MB in 33 kB
  Limits limits;
  limits.bytes = 1 << 24;
  const auto refused = parse_npz(bomb, "b.npz", limits);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace blindfit::data
