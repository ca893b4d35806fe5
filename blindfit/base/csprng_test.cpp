// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/csprng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <string>
#include <vector>

#include "blindfit/base/error.h"

namespace blindfit::base {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes from_hex(const std::string& digits) {
  Bytes bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Seed ascending_seed() {
  Seed seed;
  std::iota(seed.begin(), seed.end(), std::uint8_t{0});
  return seed;
}

Bytes read_stream(const std::string& domain, const Seed& seed, std::uint64_t index,
                  std::size_t size) {
  Bytes bytes(size);
  SeededStream(domain, seed, index).read(bytes);
  return bytes;
}

/// ChaCha20 as RFC 8439 section 2.3 defines it, independent of libsodium.
using ChaChaState = std::array<std::uint32_t, 16>;
void quarter_round(ChaChaState& s, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
  s[a] += s[b], s[d] = std::rotl(s[d] ^ s[a], 16);
  s[c] += s[d], s[b] = std::rotl(s[b] ^ s[c], 12);
  s[a] += s[b], s[d] = std::rotl(s[d] ^ s[a], 8);
  s[c] += s[d], s[b] = std::rotl(s[b] ^ s[c], 7);
}
std::uint32_t little_endian(std::span<const std::uint8_t> bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) {
    value = value << 8 | bytes[i];
  }
  return value;
}
Bytes chacha20_block(std::span<const std::uint8_t> key, std::uint32_t counter,
                     std::span<const std::uint8_t> nonce) {
  ChaChaState start = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  for (std::size_t i = 0; i < 8; ++i) {
    start[4 + i] = little_endian(key.subspan(4 * i));
  }
  start[12] = counter;
  for (std::size_t i = 0; i < 3; ++i) {
    start[13 + i] = little_endian(nonce.subspan(4 * i));
  }
  ChaChaState s = start;
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < 4; ++i) {
      quarter_round(s, i, 4 + i, 8 + i, 12 + i);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      quarter_round(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    }
  }
  Bytes block;
  for (std::size_t i = 0; i < 16; ++i) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      block.push_back(static_cast<std::uint8_t>((s[i] + start[i]) >> shift));
    }
  }
  return block;
}

TEST(Blake2b, MatchesKnownDigests) {
  // RFC 7693 prints a vector of the 512-bit variant only; these are Python's hashlib.blake2b(m,
  // digest_size=32).
  const std::pair<std::string, std::string> known[] = {
      {"", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"},
      {"abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"},
      {std::string(1000, 'a'), "e00b0ddbf1e2cdaf5c898e1a5e8826ea3a2c339bcf2a478da2e5fca9ff126672"},
  };
  for (const auto& entry : known) {
    const Digest digest = blake2b(bytes_of(entry.first));
    EXPECT_EQ(Bytes(digest.begin(), digest.end()), from_hex(entry.second)) << entry.first;
  }
}

TEST(Hasher, DoesNotDependOnHowTheInputIsCut) {
  const std::string text(1000, 'a');
  for (const std::size_t piece : {1U, 64U, 127U, 128U, 129U, 999U}) {
    Hasher hasher;
    for (std::size_t i = 0; i < text.size(); i += piece) {
      hasher.update(bytes_of(text).subspan(i, std::min(piece, text.size() - i)));
    }
    EXPECT_EQ(hasher.finish(), blake2b(bytes_of(text))) << piece;
  }
}

TEST(SeededStream, ReferenceMatchesTheBlockOfRfc8439) {  // section 2.3.2: what follows rests on it
  const Bytes block = chacha20_block(ascending_seed(), 1, from_hex("000000090000004a00000000"));
  EXPECT_EQ(block, from_hex("10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
                            "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e"));
}

TEST(SeededStream, IsChaCha20UnderTheHashedSeed) {
  const std::string domain = "blindfit test";
  const std::uint64_t index = 0x0123456789abcdef;
  const Seed seed = ascending_seed();
  Hasher hasher;
  hasher.update(bytes_of(domain));
  hasher.update(seed);
  const Digest key = hasher.finish();
  Bytes expected;
  for (std::uint32_t counter = 0; counter < 3; ++counter) {
    const Bytes block = chacha20_block(key, counter, from_hex("efcdab896745230100000000"));
    expected.insert(expected.end(), block.begin(), block.end());
  }
  EXPECT_EQ(read_stream(domain, seed, index, 192), expected);
}

TEST(SeededStream, KeepsTheBytesThatFilesRelyOn) {
  // The same computed by a Python script from RFC 8439 and hashlib: a change here breaks every file
  // with a seed.
  EXPECT_EQ(read_stream("blindfit test", ascending_seed(), 0x0123456789abcdef, 64),
            from_hex("15df4411b6d0213f168d6aa014124ac015aa2649652a46d04b443f9d0e20c14f"
                     "dd78712998ca63c7febdc7cece46ad9f3445bafea36cd02a1af1ee3a892c16e3"));
}

TEST(SeededStream, GivesTheSameBytesInPiecesAsAtOnce) {
  const Bytes whole = read_stream("d", ascending_seed(), 7, 1000);
  SeededStream stream("d", ascending_seed(), 7);
  Bytes pieces(1000);
  std::size_t offset = 0;
  for (const std::size_t size : {64U, 0U, 128U, 640U, 168U}) {
    stream.read(std::span(pieces).subspan(offset, size));
    offset += size;
  }
  ASSERT_EQ(offset, pieces.size());
  EXPECT_EQ(pieces, whole);
}

TEST(SeededStream, RefusesToGoOnAfterAPartialBlock) {
  SeededStream stream("d", ascending_seed(), 7);
  Bytes bytes(65);
  stream.read(bytes);
  EXPECT_THROW(stream.read(bytes), Error);
}

TEST(SeededStream, DiffersByDomainSeedAndIndex) {
  Seed other = ascending_seed();
  other[31] ^= 1;
  const std::vector<Bytes> streams = {
      read_stream("d", ascending_seed(), 0, 64),
      read_stream("e", ascending_seed(), 0, 64),
      read_stream("", ascending_seed(), 0, 64),
      read_stream("d", other, 0, 64),
      read_stream("d", ascending_seed(), 1, 64),
      read_stream("d", ascending_seed(), std::uint64_t{1} << 63, 64),
  };
  for (std::size_t i = 0; i < streams.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(streams[i], streams[j]) << i << ' ' << j;
    }
  }
  EXPECT_EQ(streams[0], read_stream("d", ascending_seed(), 0, 64));
}

TEST(RandomBytes, FillsEveryByteAndNeverRepeats) {
  // A byte stays zero in all of 16 draws with probability 2^-128.
  Bytes seen(1000);
  for (int draw = 0; draw < 16; ++draw) {
    Bytes bytes(seen.size());
    random_bytes(bytes);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      seen[i] |= bytes[i];
    }
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 0), 0);
  EXPECT_NE(random_seed(), random_seed());
}

TEST(Wipe, ZeroesEveryByte) {
  Bytes bytes(100, 0xff);
  wipe(std::span(bytes).first(99));
  EXPECT_EQ(std::count(bytes.begin(), bytes.end(), 0), 99);
  EXPECT_EQ(bytes.back(), 0xff);
  wipe({});
}

}  // namespace
}  // namespace blindfit::base
