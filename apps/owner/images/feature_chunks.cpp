// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/images/feature_chunks.h"

#include <fmt/core.h>

#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "apps/program/exit_code.h"
#include "blindfit/base/atomic_file.h"

namespace blindfit::features {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kMaxChunkBytes = std::size_t{1} << 30;

Bytes hash_of(const Bytes& bytes) {
  const base::Digest digest = base::blake2b(bytes);
  return {digest.begin(), digest.end()};
}

const Bytes& bytes_of(const json& value) {
  return value.get_binary();
}

/// What json::from_cbor gives is trusted no further than its hash; types are still checked.
std::optional<images::FeatureRows> read_chunk(const json& chunk, const base::Digest& key,
                                              Eigen::Index rows, Eigen::Index columns) {
  const Bytes& features = bytes_of(chunk.at("features"));
  const data::FloatMatrix empty(rows, columns);
  if (bytes_of(chunk.at("key")) != Bytes(key.begin(), key.end()) ||
      bytes_of(chunk.at("hash")) != hash_of(features) ||
      features.size() != static_cast<std::size_t>(empty.size()) * sizeof(float)) {
    return std::nullopt;
  }
  images::FeatureRows result;
  result.rows = empty;
  std::memcpy(result.rows.data(), features.data(), features.size());
  for (const json& bad : chunk.at("bad")) {
    result.bad.push_back(
        {bad.at(0).get<std::size_t>(),
         base::Error(base::ErrorCode::kInvalidArgument, bad.at(1).get<std::string>())});
  }
  return result;
}

}  // namespace

fs::path FeatureChunks::path(std::size_t number) const {
  return folder_ / fmt::format("chunk-{:06}.cbor", number);
}

std::optional<images::FeatureRows> FeatureChunks::load(std::size_t number, const base::Digest& key,
                                                       Eigen::Index rows,
                                                       Eigen::Index columns) const {
  const auto bytes = base::read_file(path(number), kMaxChunkBytes);
  if (!bytes) {
    return std::nullopt;
  }
  const json chunk = json::from_cbor(*bytes, true, false);
  try {
    return read_chunk(chunk, key, rows, columns);
  } catch (const json::exception&) {
    return std::nullopt;  // damaged: made anew
  }
}

void FeatureChunks::save(std::size_t number, const base::Digest& key,
                         const images::FeatureRows& chunk) const {
  Bytes features(static_cast<std::size_t>(chunk.rows.size()) * sizeof(float));
  std::memcpy(features.data(), chunk.rows.data(), features.size());
  json bad = json::array();
  for (const images::BadImage& image : chunk.bad) {
    bad.push_back({image.index, image.reason.what()});
  }
  const json document = {{"key", json::binary(Bytes(key.begin(), key.end()))},
                         {"hash", json::binary(hash_of(features))},
                         {"bad", bad},
                         {"features", json::binary(std::move(features))}};
  fs::create_directories(folder_);
  program::throw_on_error(base::write_file(path(number), json::to_cbor(document)));
}

void FeatureChunks::remove(std::size_t count) const noexcept {
  std::error_code ignored;
  if (!fs::exists(folder_, ignored)) {
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    fs::remove(path(i), ignored);
  }
  fs::remove(folder_, ignored);  // only if empty
}

}  // namespace blindfit::features
