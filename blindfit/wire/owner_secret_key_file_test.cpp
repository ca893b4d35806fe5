// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/owner_secret_key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <optional>

#include "blindfit/testing/damaged_bytes.h"
#include "blindfit/testing/engine.h"
#include "blindfit/wire/parameters_file.h"

namespace blindfit::wire {
namespace {

using base::ErrorCode;
using testing::Bytes;
using testing::with_field;
using testing::with_fresh_checksum;

constexpr Protection kCheap = {"correct horse", {.passes = 1, .memory_bytes = 8192}};

class OwnerSecretKeyFile : public ::testing::Test {
 protected:
  Bytes saved(const Protection& protection = {}) const {
    return save_owner_secret_key(engine_.context().parameters(), key_, protection).expose();
  }
  base::Result<OwnerSecretKey> load(const Bytes& bytes, std::string_view passphrase = {},
                                    const Limits& limits = {}) const {
    return load_owner_secret_key(bytes, engine_.context(), passphrase, limits);
  }
  ErrorCode error_of(const Bytes& bytes, std::string_view passphrase = {},
                     const Limits& limits = {}) const {
    const auto key = load(bytes, passphrase, limits);
    EXPECT_FALSE(key.ok());
    return key.error().code();
  }
  /// Offset of the protection field.
  std::size_t body() const {
    return kHeaderBytes + parameters_literal_bytes(engine_.context().parameters().literal());
  }

  testing::Engine engine_{{.log_n = 10, .log_q = {40, 30}, .log_p = {40}, .digit_size = 1}};
  OwnerSecretKey key_{draw_key_set_id(), owner::generate_secret_key(engine_.context())};
};

TEST_F(OwnerSecretKeyFile, ReturnsTheKeyWithAndWithoutAPassphrase) {
  for (const Protection& protection : {Protection{}, kCheap}) {
    const Bytes bytes = saved(protection);
    EXPECT_EQ(needs_passphrase(bytes).value(), !protection.passphrase.empty());
    const auto key = load(bytes, protection.passphrase);
    ASSERT_TRUE(key.ok()) << key.error().what();
    EXPECT_EQ(key->secret.coefficients(), key_.secret.coefficients());
    EXPECT_EQ(key->key_set, key_.key_set);
  }
}

TEST_F(OwnerSecretKeyFile, TakesTwoBitsACoefficient) {
  EXPECT_EQ(saved().size(), body() + 4 + 1024 / 4 + kChecksumBytes);
}

TEST_F(OwnerSecretKeyFile, AcceptsNoTruncationAndNoFlippedBit) {
  const auto accepted =
      testing::accepted_damage(saved(), [&](const Bytes& bytes) { return load(bytes).ok(); });
  EXPECT_TRUE(accepted.empty()) << accepted.size() << ", first: " << accepted.front();
}

TEST_F(OwnerSecretKeyFile, OpensWithTheRightPassphraseOnly) {
  const Bytes bytes = saved(kCheap);
  EXPECT_EQ(error_of(bytes, "correct horsf"), ErrorCode::kCorrupt);
  EXPECT_EQ(error_of(bytes, ""), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(saved(), "anything"), ErrorCode::kInvalidArgument);
}

TEST_F(OwnerSecretKeyFile, RevealsNothingOfAProtectedKey) {
  const Bytes plain = saved();
  const Bytes sealed = saved(kCheap);
  const auto packed = std::span<const std::uint8_t>(plain).subspan(body() + 4, 256);
  EXPECT_EQ(std::search(sealed.begin(), sealed.end(), packed.begin(), packed.begin() + 8),
            sealed.end());
  EXPECT_NE(saved(kCheap), sealed) << "salt and nonce are drawn anew";
}

TEST_F(OwnerSecretKeyFile, AuthenticatesEveryByteOfAProtectedFile) {
  // A forger recomputes the checksum, which needs no secret; the tag does.
  const Bytes bytes = saved(kCheap);
  std::vector<std::size_t> accepted;
  for (std::size_t at = 0; at < bytes.size() - kChecksumBytes; ++at) {
    const Bytes forged = with_fresh_checksum(testing::with_bit_flipped(bytes, 8 * at));
    Limits limits;
    limits.max_passphrase_memory = 1 << 16;  // keeps forged costs cheap
    if (load(forged, kCheap.passphrase, limits).ok()) {
      accepted.push_back(at);
    }
  }
  EXPECT_TRUE(accepted.empty()) << "first: byte " << accepted.front();
}

TEST_F(OwnerSecretKeyFile, BoundsTheWorkThatAFileAsksFor) {
  const Bytes bytes = saved(kCheap);
  const auto forged = [&](std::size_t at, std::uint64_t value) {
    return error_of(with_fresh_checksum(with_field(bytes, at, value)), kCheap.passphrase);
  };
  EXPECT_EQ(forged(body() + 4, 1U << 20), ErrorCode::kTooLarge);
  EXPECT_EQ(forged(body() + 12, std::uint64_t{1} << 50), ErrorCode::kTooLarge);
  EXPECT_EQ(forged(body() + 4, 0), ErrorCode::kInvalidArgument);
  EXPECT_EQ(forged(body() + 12, 0), ErrorCode::kInvalidArgument);
}

TEST_F(OwnerSecretKeyFile, RefusesTheFourthCodeAndOtherParameters) {
  Bytes bytes = saved();
  bytes[body() + 4] = static_cast<std::uint8_t>((bytes[body() + 4] & 0xFCU) | 2U);
  EXPECT_EQ(error_of(with_fresh_checksum(bytes)), ErrorCode::kMalformed);
  EXPECT_EQ(error_of(with_fresh_checksum(with_field(saved(), body(), std::uint32_t{2}))),
            ErrorCode::kMalformed);
  const testing::Engine other({.log_n = 10, .log_q = {40}, .log_p = {40}, .digit_size = 1});
  EXPECT_EQ(load_owner_secret_key(saved(), other.context(), {}).error().code(),
            ErrorCode::kForeign);
}

TEST_F(OwnerSecretKeyFile, IsReadableByItsOwnerAloneAndRefusedOtherwise) {
  const std::filesystem::path path =
      std::filesystem::path(::testing::TempDir()) / "blindfit_owner_key_test.key";
  const SecretBytes bytes = save_owner_secret_key(engine_.context().parameters(), key_);
  ASSERT_TRUE(write_owner_secret_key_file(path, bytes).ok());
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const auto read = read_owner_secret_key_file(path);
  ASSERT_TRUE(read.ok()) << read.error().what();
  EXPECT_EQ(read->expose(), bytes.expose());
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  const auto refused = read_owner_secret_key_file(path);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(std::string(refused.error().what()).find("chmod 600"), std::string::npos);
  std::filesystem::remove(path);
  EXPECT_EQ(read_owner_secret_key_file(path).error().code(), ErrorCode::kIo);
}

}  // namespace
}  // namespace blindfit::wire
