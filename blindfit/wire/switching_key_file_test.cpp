// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/switching_key_file.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "blindfit/testing/damaged_bytes.h"
#include "blindfit/testing/engine.h"

namespace blindfit::wire {
namespace {

using base::ErrorCode;
using testing::Bytes;
using testing::with_field;
using testing::with_fresh_checksum;

constexpr std::size_t kElementAt = kHeaderBytes;
constexpr std::size_t kLevelAt = kHeaderBytes + 4;
constexpr std::size_t kDigitsAt = kHeaderBytes + 8;
constexpr std::size_t kReservedAt = kHeaderBytes + 12;

bool equal(const std::vector<ring::Poly>& a, const std::vector<ring::Poly>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](const ring::Poly& x, const ring::Poly& y) {
        return x.q_limbs() == y.q_limbs() && x.p_limbs() == y.p_limbs() &&
               std::equal(x.limb(0).data(), x.limb(0).data() + x.n() * x.limbs(), y.limb(0).data());
      });
}

class SwitchingKeyFile : public ::testing::Test {
 protected:
  SwitchingKeyFile() {
    for (const std::size_t level : {0U, 2U}) {
      engine_.add_galois_key(kElement, level);
      galois_.push_back(engine_.keys().galois(kElement, level));
    }
    engine_.add_relinearization_key();
  }
  const rlwe::Parameters& parameters() const { return engine_.context().parameters(); }
  ErrorCode error_of(const Bytes& bytes, const Limits& limits = {}) const {
    const auto key = load_galois_key(bytes, parameters(), key_set_, limits);
    EXPECT_FALSE(key.ok());
    return key.error().code();
  }

  static constexpr ring::GaloisElement kElement{25};
  testing::Engine engine_{{.log_n = 10, .log_q = {20, 18, 22}, .log_p = {24}, .digit_size = 1}};
  KeySetId key_set_ = draw_key_set_id();
  std::vector<rlwe::GaloisKey> galois_;
};

TEST_F(SwitchingKeyFile, ReturnsGaloisKeysOfEveryLevel) {
  for (const rlwe::GaloisKey& key : galois_) {
    const Bytes bytes = save_galois_key(parameters(), key_set_, key);
    EXPECT_EQ(bytes.size(), switching_key_file_bytes(parameters(), key.key.level()));
    auto loaded = load_galois_key(bytes, parameters(), key_set_);
    ASSERT_TRUE(loaded.ok()) << loaded.error().what();
    rlwe::GaloisKey result = std::move(loaded).value();
    EXPECT_EQ(result.automorphism.element, kElement);
    EXPECT_EQ(result.automorphism.index, key.automorphism.index);
    EXPECT_TRUE(equal(result.key.b, key.key.b));
    EXPECT_TRUE(result.key.a.empty());
    rlwe::expand_seed(engine_.context(), result.key);
    EXPECT_TRUE(equal(result.key.a, key.key.a));
  }
}

TEST_F(SwitchingKeyFile, ReturnsRelinearizationKeys) {
  const rlwe::SwitchingKey& key = engine_.keys().relinearization(2);
  const Bytes bytes = save_plain_key(PlainKey::kRelinearization, parameters(), key_set_, key);
  const auto loaded = load_plain_key(PlainKey::kRelinearization, bytes, parameters(), key_set_);
  ASSERT_TRUE(loaded.ok()) << loaded.error().what();
  EXPECT_TRUE(equal(loaded->b, key.b));
  EXPECT_EQ(loaded->seed, key.seed);
  EXPECT_EQ(error_of(bytes), ErrorCode::kForeign) << "a relinearization key is no Galois key";
}

TEST_F(SwitchingKeyFile, TellsKeysOfTheEncapsulationApart) {
  const rlwe::SwitchingKey& key = engine_.keys().relinearization(2);
  const Bytes there = save_plain_key(PlainKey::kToSparse, parameters(), key_set_, key);
  const Bytes back = save_plain_key(PlainKey::kFromSparse, parameters(), key_set_, key);
  EXPECT_EQ(there.size(), switching_key_file_bytes(parameters(), 2));
  for (const PlainKey which :
       {PlainKey::kRelinearization, PlainKey::kToSparse, PlainKey::kFromSparse}) {
    EXPECT_EQ(load_plain_key(which, there, parameters(), key_set_).ok(),
              which == PlainKey::kToSparse);
    EXPECT_EQ(load_plain_key(which, back, parameters(), key_set_).ok(),
              which == PlainKey::kFromSparse);
  }
  EXPECT_EQ(error_of(there), ErrorCode::kForeign);
}

TEST_F(SwitchingKeyFile, AcceptsNoTruncationAndNoFlippedBit) {
  const Bytes bytes = save_galois_key(parameters(), key_set_, galois_.front());
  const auto accepted = testing::accepted_damage(bytes, [&](const Bytes& damaged) {
    return load_galois_key(damaged, parameters(), key_set_).ok();
  });
  EXPECT_TRUE(accepted.empty()) << accepted.size() << ", first: " << accepted.front();
}

TEST_F(SwitchingKeyFile, RefusesForgedFields) {
  const Bytes good = save_galois_key(parameters(), key_set_, galois_.front());
  const auto forged_error = [&](std::size_t at, std::uint32_t value) {
    return error_of(with_fresh_checksum(with_field(good, at, value)));
  };
  for (const std::uint32_t element : {0U, 24U, 2048U, 2049U, 0xFFFFFFFFU}) {
    EXPECT_EQ(forged_error(kElementAt, element), ErrorCode::kMalformed) << element;
  }
  for (const std::uint32_t level : {1U, 2U, 3U, 0xFFFFFFFFU}) {
    EXPECT_EQ(forged_error(kLevelAt, level), ErrorCode::kMalformed) << level;
  }
  for (const std::uint32_t digits : {0U, 2U, 0xFFFFFFFFU}) {
    EXPECT_EQ(forged_error(kDigitsAt, digits), ErrorCode::kMalformed) << digits;
  }
  EXPECT_EQ(forged_error(kReservedAt, 1), ErrorCode::kMalformed);
  // Level and digits that agree with each other but not with the bytes that are there.
  EXPECT_EQ(
      error_of(with_fresh_checksum(with_field(with_field(good, kLevelAt, 2U), kDigitsAt, 3U))),
      ErrorCode::kMalformed);
  EXPECT_TRUE(load_galois_key(with_fresh_checksum(with_field(good, kElementAt, 2047U)),
                              parameters(), key_set_)
                  .ok());
}

TEST_F(SwitchingKeyFile, RefusesAnElementInARelinearizationKey) {
  Bytes bytes = save_plain_key(PlainKey::kRelinearization, parameters(), key_set_,
                               engine_.keys().relinearization(2));
  bytes = with_fresh_checksum(with_field(bytes, kElementAt, 5U));
  EXPECT_EQ(
      load_plain_key(PlainKey::kRelinearization, bytes, parameters(), key_set_).error().code(),
      ErrorCode::kMalformed);
}

TEST_F(SwitchingKeyFile, RefusesWhatBelongsToOthersOrIsTooLarge) {
  const Bytes good = save_galois_key(parameters(), key_set_, galois_.back());
  EXPECT_EQ(load_galois_key(good, parameters(), draw_key_set_id()).error().code(),
            ErrorCode::kForeign);
  Limits limits;
  limits.max_limbs = 3;
  EXPECT_EQ(error_of(good, limits), ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace blindfit::wire
