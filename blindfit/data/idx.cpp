// SPDX-License-Identifier: Apache-2.0
#include "blindfit/data/idx.h"

#include <algorithm>

#include "blindfit/data/file_bytes.h"

namespace blindfit::data {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint8_t kUnsignedByte = 0x08;

std::int64_t load_big_endian(std::span<const std::uint8_t> bytes) {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : bytes.first(4)) {
    value = (value << 8) | byte;
  }
  return value;
}

}  // namespace

Result<IdxArray> parse_idx(std::span<const std::uint8_t> bytes, const std::string& source,
                           const Limits& limits) {
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != kUnsignedByte ||
      bytes[3] == 0 || bytes.size() < 4 + 4 * std::size_t{bytes[3]}) {
    return Error(ErrorCode::kMalformed,
                 source + ": an IDX file must begin with 0, 0, 8 (unsigned bytes) and its " +
                     "dimensions; check that it is the right file: " +
                     std::to_string(bytes.size()) + " bytes of something else");
  }
  IdxArray array;
  const std::size_t dimensions = bytes[3];
  array.payload = bytes.subspan(4 + 4 * dimensions);
  for (std::size_t i = 0; i < dimensions; ++i) {
    array.shape.push_back(load_big_endian(bytes.subspan(4 + 4 * i)));
  }
  const std::int64_t rows = array.shape[0];
  for (std::size_t i = 1; i < dimensions; ++i) {
    array.columns *= array.shape[i];
    if (array.columns > limits.columns) {
      break;  // before the product can overflow
    }
  }
  if (rows > limits.rows || array.columns > limits.columns ||
      rows > limits.bytes /
                 (std::max<std::int64_t>(array.columns, 1) * std::int64_t{sizeof(double)})) {
    return Error(
        ErrorCode::kTooLarge,
        source + ": an array must have at most " + std::to_string(limits.rows) + " rows, " +
            std::to_string(limits.columns) + " columns and " + std::to_string(limits.bytes) +
            " bytes as doubles; raise the limit if this is no mistake: " + std::to_string(rows) +
            " x " + std::to_string(array.columns));
  }
  const std::int64_t expected = rows * array.columns;
  if (expected == 0 || static_cast<std::int64_t>(array.payload.size()) != expected) {
    return Error(ErrorCode::kMalformed, source + ": an array of " + std::to_string(rows) + " x " +
                                            std::to_string(array.columns) +
                                            " bytes must not be empty and be followed by " +
                                            "nothing else; fetch the file again: " +
                                            std::to_string(array.payload.size()) + " bytes");
  }
  return array;
}

Result<Matrix> parse_idx_matrix(std::span<const std::uint8_t> bytes, const std::string& source,
                                const Limits& limits) {
  const Result<IdxArray> array = parse_idx(bytes, source, limits);
  if (!array) {
    return array.error();
  }
  using ByteMatrix = Eigen::Matrix<std::uint8_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const ByteMatrix> view(array->payload.data(), array->shape[0], array->columns);
  return Matrix(view.cast<double>());
}

Result<std::vector<int>> parse_idx_labels(std::span<const std::uint8_t> bytes,
                                          const std::string& source, const Limits& limits) {
  const Result<IdxArray> array = parse_idx(bytes, source, limits);
  if (!array) {
    return array.error();
  }
  if (array->shape.size() != 1) {
    return Error(ErrorCode::kMalformed,
                 source + ": a label file must have one dimension; give the labels file, not the " +
                     "images: " + std::to_string(array->shape.size()));
  }
  return std::vector<int>(array->payload.begin(), array->payload.end());
}

Result<Matrix> read_idx_matrix(const std::filesystem::path& path, const Limits& limits) {
  const Result<Bytes> bytes = read_unpacked(path, limits.bytes);
  return bytes ? parse_idx_matrix(*bytes, path.string(), limits) : Result<Matrix>(bytes.error());
}

Result<std::vector<int>> read_idx_labels(const std::filesystem::path& path, const Limits& limits) {
  const Result<Bytes> bytes = read_unpacked(path, limits.bytes);
  return bytes ? parse_idx_labels(*bytes, path.string(), limits)
               : Result<std::vector<int>>(bytes.error());
}

}  // namespace blindfit::data
