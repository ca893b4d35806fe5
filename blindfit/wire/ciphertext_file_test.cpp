// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/ciphertext_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "blindfit/owner/encrypt.h"
#include "blindfit/rlwe/seeded_ciphertext.h"
#include "blindfit/testing/damaged_bytes.h"
#include "blindfit/testing/engine.h"
#include "blindfit/wire/bit_packing.h"

namespace blindfit::wire {
namespace {

using base::ErrorCode;
using testing::Bytes;
using testing::with_field;
using testing::with_fresh_checksum;

constexpr std::size_t kDegreeAt = kHeaderBytes;
constexpr std::size_t kLevelAt = kHeaderBytes + 4;
constexpr std::size_t kScaleAt = kHeaderBytes + 8;
constexpr std::size_t kPartsAt = kHeaderBytes + 16;

bool equal(const ring::Poly& a, const ring::Poly& b) {
  return a.n() == b.n() && a.q_limbs() == b.q_limbs() && a.p_limbs() == b.p_limbs() &&
         a.domain() == b.domain() &&
         std::equal(a.limb(0).data(), a.limb(0).data() + a.n() * a.limbs(), b.limb(0).data());
}

class CiphertextFile : public ::testing::Test {
 protected:
  const rlwe::Parameters& parameters() const { return engine_.context().parameters(); }

  rlwe::SeededCiphertext seeded(std::size_t level) const {
    const ckks::Slots values = testing::random_slots(engine_.slots(), 1, 7);
    return owner::encrypt(engine_.context(), engine_.secret(),
                          engine_.encoder().encode(values, {0x1p14}, level));
  }
  /// Random residues in every part: no structure that a codec could lean on.
  rlwe::Ciphertext ciphertext(std::size_t degree, std::size_t level) const {
    rlwe::Ciphertext ct;
    for (std::size_t k = 0; k <= degree; ++k) {
      ct.parts.push_back(rlwe::expand(engine_.context(), seeded(level)).parts.at(1));
    }
    ct.scale = {0x1.8p20};
    return ct;
  }
  Bytes saved(std::size_t degree = 1, std::size_t level = 0) const {
    return save_ciphertext(parameters(), key_set_, ciphertext(degree, level));
  }
  ErrorCode error_of(const Bytes& bytes, const Limits& limits = {}) const {
    const auto ct = load_ciphertext(bytes, parameters(), key_set_, limits);
    EXPECT_FALSE(ct.ok());
    return ct.error().code();
  }

  testing::Engine engine_{{.log_n = 10, .log_q = {18, 20, 50}, .log_p = {50}, .digit_size = 1}};
  KeySetId key_set_ = draw_key_set_id();
};

TEST_F(CiphertextFile, ReturnsFreshCiphertexts) {
  for (std::size_t level = 0; level <= parameters().max_level(); ++level) {
    const rlwe::SeededCiphertext ct = seeded(level);
    const Bytes bytes = save_seeded_ciphertext(parameters(), key_set_, ct);
    const auto loaded = load_seeded_ciphertext(bytes, parameters(), key_set_);
    ASSERT_TRUE(loaded.ok()) << loaded.error().what();
    EXPECT_TRUE(equal(loaded->c0, ct.c0));
    EXPECT_EQ(loaded->seed, ct.seed);
    EXPECT_EQ(loaded->scale.value, ct.scale.value);
  }
}

TEST_F(CiphertextFile, ReturnsEveryDegreeAndLevel) {
  for (const std::size_t degree : {1U, 2U}) {
    for (std::size_t level = 0; level <= parameters().max_level(); ++level) {
      const rlwe::Ciphertext ct = ciphertext(degree, level);
      const auto loaded =
          load_ciphertext(save_ciphertext(parameters(), key_set_, ct), parameters(), key_set_);
      ASSERT_TRUE(loaded.ok()) << loaded.error().what();
      ASSERT_EQ(loaded->degree(), degree);
      for (std::size_t k = 0; k <= degree; ++k) {
        EXPECT_TRUE(equal(loaded->parts[k], ct.parts[k]));
      }
      EXPECT_EQ(loaded->scale.value, ct.scale.value);
    }
  }
}

TEST_F(CiphertextFile, TakesTheBitsOfEachPrimeAndNoMore) {
  EXPECT_EQ(saved(1, 2).size(), 128U + 16 + 2 * 1024 * (18 + 20 + 50) / 8 + 32);
}

TEST_F(CiphertextFile, AcceptsNoTruncationAndNoFlippedBit) {
  const rlwe::SeededCiphertext ct = seeded(0);
  const auto accepted = testing::accepted_damage(
      save_seeded_ciphertext(parameters(), key_set_, ct), [&](const Bytes& bytes) {
        return load_seeded_ciphertext(bytes, parameters(), key_set_).ok();
      });
  EXPECT_TRUE(accepted.empty()) << accepted.size() << ", first: " << accepted.front();
}

TEST_F(CiphertextFile, RefusesForgedFields) {
  const Bytes good = saved();
  for (const std::uint32_t degree : {0U, 2U, 3U, 0xFFFFFFFFU}) {
    EXPECT_EQ(error_of(with_fresh_checksum(with_field(good, kDegreeAt, degree))),
              ErrorCode::kMalformed);
  }
  for (const std::uint32_t level : {1U, 2U, 3U, 0xFFFFFFFFU}) {
    EXPECT_EQ(error_of(with_fresh_checksum(with_field(good, kLevelAt, level))),
              ErrorCode::kMalformed);
  }
  for (const double scale :
       {0.0, -1.0, 0.5, 0x1p121, std::numeric_limits<double>::infinity(),
        std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::denorm_min()}) {
    EXPECT_EQ(error_of(with_fresh_checksum(with_field(good, kScaleAt, scale))),
              ErrorCode::kMalformed)
        << scale;
  }
  EXPECT_TRUE(
      load_ciphertext(with_fresh_checksum(with_field(good, kScaleAt, 1.0)), parameters(), key_set_)
          .ok());
}

TEST_F(CiphertextFile, RefusesAResidueNotBelowItsPrime) {
  const std::uint64_t q = parameters().q_primes()[0];
  Bytes bytes = saved();
  const std::size_t last_group = bytes.size() - kChecksumBytes - packed_bytes(8, residue_bits(q));
  for (const std::size_t at : {kPartsAt, last_group}) {
    const std::vector<std::uint64_t> words = {q - 1, 0, 0, 0, 0, 0, 0, q};
    Bytes forged = bytes;
    pack(words, residue_bits(q),
         std::span<std::uint8_t>(forged).subspan(at, packed_bytes(8, residue_bits(q))));
    EXPECT_EQ(error_of(with_fresh_checksum(forged)), ErrorCode::kMalformed);
  }
}

TEST_F(CiphertextFile, RefusesWhatBelongsToOthers) {
  const Bytes good = saved();
  EXPECT_EQ(load_ciphertext(good, parameters(), draw_key_set_id()).error().code(),
            ErrorCode::kForeign);
  const testing::Engine other({.log_n = 10, .log_q = {18, 20}, .log_p = {50}, .digit_size = 1});
  EXPECT_EQ(load_ciphertext(good, other.context().parameters(), key_set_).error().code(),
            ErrorCode::kForeign);
  EXPECT_EQ(load_seeded_ciphertext(good, parameters(), key_set_).error().code(),
            ErrorCode::kForeign);
}

TEST_F(CiphertextFile, IsTakenForNoOtherOfItsShape) {
  const auto tag = [this](RoleKind kind, std::uint32_t index) {
    return CiphertextTag(key_set_, {kind, index, {}});
  };
  const Bytes fresh = save_seeded_ciphertext(parameters(), tag(RoleKind::kData, 1), seeded(0));
  EXPECT_TRUE(load_seeded_ciphertext(fresh, parameters(), tag(RoleKind::kData, 1)).ok());
  const Bytes other = save_ciphertext(parameters(), tag(RoleKind::kWeights, 1), ciphertext(1, 0));
  EXPECT_TRUE(load_ciphertext(other, parameters(), tag(RoleKind::kWeights, 1)).ok());
  for (const CiphertextTag& wrong : {tag(RoleKind::kData, 2), tag(RoleKind::kWeights, 2),
                                     tag(RoleKind::kLabels, 1), tag(RoleKind::kNone, 0)}) {
    EXPECT_EQ(load_seeded_ciphertext(fresh, parameters(), wrong).error().code(),
              ErrorCode::kForeign);
    EXPECT_EQ(load_ciphertext(other, parameters(), wrong).error().code(), ErrorCode::kForeign);
  }
}

TEST_F(CiphertextFile, RefusesMoreThanTheLimits) {
  Limits limits;
  limits.max_limbs = 1;
  EXPECT_TRUE(load_ciphertext(saved(), parameters(), key_set_, limits).ok());
  EXPECT_EQ(error_of(saved(1, 1), limits), ErrorCode::kTooLarge);
  limits = {};
  limits.max_log_n = 9;
  EXPECT_EQ(error_of(saved(), limits), ErrorCode::kTooLarge);
  limits = {};
  limits.max_degree = 1;
  EXPECT_EQ(error_of(saved(2, 0), limits), ErrorCode::kMalformed);
}

TEST_F(CiphertextFile, DoesNotWriteWhatItWouldNotRead) {
  rlwe::Ciphertext ct = ciphertext(1, 1);
  ct.parts[0].set_domain(ring::Domain::kCoefficient);
  EXPECT_THROW(save_ciphertext(parameters(), key_set_, ct), base::Error);
}

}  // namespace
}  // namespace blindfit::wire
