// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/csprng.h"

#include <sodium.h>

#include <string>

#include "blindfit/base/error.h"

namespace blindfit::base {
namespace {

crypto_generichash_state* hash_state(std::array<std::uint8_t, 384>& storage) {
  static_assert(sizeof(crypto_generichash_state) <= 384);
  return reinterpret_cast<crypto_generichash_state*>(storage.data());
}

}  // namespace

void require_sodium() {
  static const int status = sodium_init();
  if (status < 0) {
    throw Error(ErrorCode::kIo, "libsodium found no source of randomness");
  }
}

void random_bytes(std::span<std::uint8_t> out) {
  require_sodium();
  if (!out.empty()) {  // the data of an empty span may be null, which libsodium must not see
    randombytes_buf(out.data(), out.size());
  }
}

Seed random_seed() {
  Seed seed;
  random_bytes(seed);
  return seed;
}

SeededStream::SeededStream(std::string_view domain, const Seed& seed, std::uint64_t index) {
  require_sodium();
  Hasher hasher;
  hasher.update({reinterpret_cast<const std::uint8_t*>(domain.data()), domain.size()});
  hasher.update(seed);
  key_ = hasher.finish();
  for (std::size_t i = 0; i < 8; ++i) {
    nonce_[i] = static_cast<std::uint8_t>(index >> (8 * i));
  }
}

SeededStream::~SeededStream() {
  wipe(key_);
}

void SeededStream::read(std::span<std::uint8_t> out) {
  constexpr std::uint64_t kBlocks = std::uint64_t{1} << 32;  // the counter's range, RFC 8439, 2.3
  const std::uint64_t blocks = (out.size() + 63) / 64;
  if (ended_) {
    throw Error(ErrorCode::kInvalidArgument,
                "only the last read of a stream may ask for other than a multiple of 64 bytes");
  }
  if (blocks > kBlocks - block_) {
    throw Error(ErrorCode::kInvalidArgument,
                "a stream has at most 2^32 blocks: " + std::to_string(block_) + " read, then " +
                    std::to_string(blocks));
  }
  sodium_memzero(out.data(), out.size());
  crypto_stream_chacha20_ietf_xor_ic(out.data(), out.data(), out.size(), nonce_.data(),
                                     static_cast<std::uint32_t>(block_), key_.data());
  block_ += blocks;
  ended_ = out.size() % 64 != 0;
}

Hasher::Hasher() {
  require_sodium();
  crypto_generichash_init(hash_state(state_), nullptr, 0, std::tuple_size_v<Digest>);
}

void Hasher::update(std::span<const std::uint8_t> bytes) {
  crypto_generichash_update(hash_state(state_), bytes.data(), bytes.size());
}

Digest Hasher::finish() {
  Digest digest;
  crypto_generichash_final(hash_state(state_), digest.data(), digest.size());
  return digest;
}

Digest blake2b(std::span<const std::uint8_t> bytes) {
  Hasher hasher;
  hasher.update(bytes);
  return hasher.finish();
}

void wipe(std::span<std::uint8_t> bytes) noexcept {
  if (!bytes.empty()) {
    sodium_memzero(bytes.data(), bytes.size());
  }
}

}  // namespace blindfit::base
