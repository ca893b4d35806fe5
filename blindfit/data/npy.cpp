// SPDX-License-Identifier: Apache-2.0
#include "blindfit/data/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "blindfit/data/half.h"
#include "blindfit/data/npy_header.h"

namespace blindfit::data {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Eigen::Index;

static_assert(std::endian::native == std::endian::little, "NPY payloads are copied as they are");

constexpr std::string_view kMagic = "\x93NUMPY";

template <typename T>
double load(const std::uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return static_cast<double>(value);
}

double load_half(const std::uint8_t* from) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, from, sizeof bits);
  return half_to_double(bits);
}

struct ElementFormat {
  std::string_view descr;
  NpyType type;
  std::int64_t size;
  double (*load)(const std::uint8_t*);
};

constexpr std::array<ElementFormat, 12> kFormats{{
    {"<f2", NpyType::kF2, 2, load_half},
    {"<f4", NpyType::kF4, 4, load<float>},
    {"<f8", NpyType::kF8, 8, load<double>},
    {"|u1", NpyType::kU1, 1, load<std::uint8_t>},
    {"|b1", NpyType::kB1, 1, load<std::uint8_t>},
    {"|i1", NpyType::kI1, 1, load<std::int8_t>},
    {"<u2", NpyType::kU2, 2, load<std::uint16_t>},
    {"<i2", NpyType::kI2, 2, load<std::int16_t>},
    {"<u4", NpyType::kU4, 4, load<std::uint32_t>},
    {"<i4", NpyType::kI4, 4, load<std::int32_t>},
    {"<u8", NpyType::kU8, 8, load<std::uint64_t>},
    {"<i8", NpyType::kI8, 8, load<std::int64_t>},
}};

const ElementFormat& format_of(NpyType type) {
  return *std::find_if(kFormats.begin(), kFormats.end(),
                       [type](const ElementFormat& format) { return format.type == type; });
}

Error malformed(const std::string& source, const std::string& rule, const std::string& seen) {
  return {ErrorCode::kMalformed, source + ": " + rule + ": " + seen};
}

/// Splits the file into header text and payload; nothing when it is too short or no NPY file.
struct Parts {
  std::string_view header;
  std::span<const std::uint8_t> payload;
};
std::optional<Parts> split_header(std::span<const std::uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.size() < kMagic.size() + 4 || text.substr(0, kMagic.size()) != kMagic) {
    return std::nullopt;
  }
  const unsigned major = bytes[kMagic.size()];
  if (major < 1 || major > 3) {
    return std::nullopt;
  }
  const std::size_t start = kMagic.size() + (major == 1 ? 4 : 6);
  if (bytes.size() < start) {
    return std::nullopt;
  }
  std::size_t length = 0;
  for (std::size_t i = start; i-- > kMagic.size() + 2;) {
    length = (length << 8) | bytes[i];
  }
  if (length > bytes.size() - start) {
    return std::nullopt;
  }
  return Parts{text.substr(start, length), bytes.subspan(start + length)};
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (const std::int64_t extent : shape) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  }
  return text + ")";
}

/// The extents after the first multiplied; something above `limit` once they exceed it.
std::int64_t count_columns(const std::vector<std::int64_t>& shape, std::int64_t limit) {
  std::int64_t columns = 1;
  for (std::size_t i = 1; i < shape.size() && columns != 0; ++i) {
    if (shape[i] > limit / columns) {
      return limit + 1;
    }
    columns *= shape[i];
  }
  return columns;
}

/// Checks rows, columns and bytes; multiplies only after the factors are known to be small.
std::optional<Error> check_shape(const NpyArray& array, const std::string& source,
                                 const Limits& limits, std::size_t max_dimensions) {
  if (array.shape.empty() || array.shape.size() > max_dimensions) {
    return malformed(source,
                     max_dimensions == 2
                         ? "an array must have one or two dimensions; reshape it to rows x features"
                         : "an array must have at most " + std::to_string(max_dimensions) +
                               " dimensions; reshape it",
                     shape_text(array.shape));
  }
  const std::int64_t rows = array.shape[0];
  const std::int64_t columns = count_columns(array.shape, limits.columns);
  if (rows == 0 || columns == 0) {
    return malformed(source, "an array must not be empty; check that it is the right file",
                     shape_text(array.shape));
  }
  if (rows > limits.rows || columns > limits.columns ||
      rows > limits.bytes / (columns * std::int64_t{sizeof(double)})) {
    return Error(
        ErrorCode::kTooLarge,
        source + ": an array must have at most " + std::to_string(limits.rows) + " rows, " +
            std::to_string(limits.columns) + " columns and " + std::to_string(limits.bytes) +
            " bytes as doubles; raise the limit or split the file: " + shape_text(array.shape));
  }
  const std::int64_t expected = rows * columns * format_of(array.type).size;
  if (static_cast<std::int64_t>(array.payload.size()) != expected) {
    return malformed(source,
                     "an array of shape " + shape_text(array.shape) +
                         " must be followed by exactly " + std::to_string(expected) +
                         " bytes; write or fetch the file again",
                     std::to_string(array.payload.size()));
  }
  return std::nullopt;
}

Bytes with_header(const std::string& descr, const std::string& shape, const void* data,
                  std::size_t size) {
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
  constexpr std::size_t kPrefix = 10;  // magic, version, two bytes of length
  constexpr std::size_t kAlignment = 64;
  header.append((kAlignment - (kPrefix + header.size() + 1) % kAlignment) % kAlignment, ' ');
  header += '\n';
  std::string prefix(kMagic);
  prefix += {1, 0, static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  prefix += header;
  Bytes bytes(prefix.begin(), prefix.end());
  const auto* const first = static_cast<const std::uint8_t*>(data);
  bytes.insert(bytes.end(), first, first + size);
  return bytes;
}

}  // namespace

Result<NpyArray> parse_npy(std::span<const std::uint8_t> bytes, const std::string& source,
                           const Limits& limits, std::size_t max_dimensions) {
  const auto parts = split_header(bytes);
  if (!parts) {
    return malformed(source,
                     "an NPY file must begin with \\x93NUMPY, version 1 to 3 and a whole header; "
                     "save it with numpy.save",
                     std::to_string(bytes.size()) + " bytes of something else");
  }
  auto header = parse_npy_header(parts->header);
  if (!header) {
    return malformed(
        source,
        "an NPY header must be a dictionary of a simple descr, fortran_order and shape; "
        "save a plain numeric array with numpy.save",
        std::string(parts->header.substr(0, 60)));
  }
  const auto format = std::find_if(
      kFormats.begin(), kFormats.end(),
      [&header](const ElementFormat& candidate) { return candidate.descr == header->descr; });
  if (format == kFormats.end()) {
    return malformed(source,
                     "the element type must be a little-endian float of 2, 4 or 8 bytes or an "
                     "integer; convert with .astype('<f8')",
                     header->descr.substr(0, 20));
  }
  NpyArray array{format->type, header->fortran_order, std::move(header->shape), parts->payload};
  if (auto error = check_shape(array, source, limits, max_dimensions)) {
    return *std::move(error);
  }
  return array;
}

Result<Matrix> to_matrix(const NpyArray& array, const std::string& source) {
  const Index rows = array.shape[0];
  const Index columns = array.shape.size() == 2 ? array.shape[1] : 1;
  const ElementFormat& format = format_of(array.type);
  Matrix matrix(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) {
      const Index index = array.fortran_order ? j * rows + i : i * columns + j;
      const double value = format.load(array.payload.data() + index * format.size);
      if (!std::isfinite(value)) {
        return malformed(source + ", row " + std::to_string(i) + ", column " + std::to_string(j),
                         "numbers must be finite; replace or drop NaN and inf",
                         std::to_string(value));
      }
      matrix(i, j) = value;
    }
  }
  return matrix;
}

Result<std::vector<int>> to_labels(const NpyArray& array, const std::string& source) {
  if (array.shape.size() == 2 && array.shape[1] != 1) {
    return malformed(source, "labels must be one column; take it out with labels[:, k]",
                     shape_text(array.shape));
  }
  const ElementFormat& format = format_of(array.type);
  std::vector<int> labels(static_cast<std::size_t>(array.shape[0]));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double value =
        format.load(array.payload.data() + i * static_cast<std::size_t>(format.size));
    if (!(value >= 0.0 && value <= 1e9 && value == std::floor(value))) {
      return malformed(source + ", row " + std::to_string(i),
                       "labels must be 0, 1, 2, ...; renumber the classes from 0",
                       std::to_string(value));
    }
    labels[i] = static_cast<int>(value);
  }
  return labels;
}

Result<Matrix> read_npy_matrix(const std::filesystem::path& path, const Limits& limits) {
  const auto bytes = read_unpacked(path, limits.bytes);
  if (!bytes) {
    return bytes.error();
  }
  const auto array = parse_npy(*bytes, path.string(), limits);
  if (!array) {
    return array.error();
  }
  return to_matrix(*array, path.string());
}

Result<std::vector<int>> read_npy_labels(const std::filesystem::path& path, const Limits& limits) {
  const auto bytes = read_unpacked(path, limits.bytes);
  if (!bytes) {
    return bytes.error();
  }
  const auto array = parse_npy(*bytes, path.string(), limits);
  if (!array) {
    return array.error();
  }
  return to_labels(*array, path.string());
}

Bytes make_npy(const Matrix& matrix) {
  return with_header("<f8", shape_text({matrix.rows(), matrix.cols()}), matrix.data(),
                     static_cast<std::size_t>(matrix.size()) * sizeof(double));
}

Bytes make_npy(const FloatMatrix& matrix) {
  return with_header("<f4", shape_text({matrix.rows(), matrix.cols()}), matrix.data(),
                     static_cast<std::size_t>(matrix.size()) * sizeof(float));
}

Bytes make_npy(const Eigen::VectorXd& vector) {
  return with_header("<f8", "(" + std::to_string(vector.size()) + ",)", vector.data(),
                     static_cast<std::size_t>(vector.size()) * sizeof(double));
}

Bytes make_npy(std::span<const std::int64_t> integers) {
  return with_header("<i8", "(" + std::to_string(integers.size()) + ",)", integers.data(),
                     integers.size_bytes());
}

Bytes make_npy(const std::vector<std::string>& texts) {
  std::size_t width = 1;
  for (const std::string& text : texts) {
    width = std::max(width, text.size());
  }
  std::string payload;
  for (const std::string& text : texts) {
    payload += text + std::string(width - text.size(), '\0');
  }
  return with_header("|S" + std::to_string(width), "(" + std::to_string(texts.size()) + ",)",
                     payload.data(), payload.size());
}

Result<std::vector<std::string>> parse_npy_texts(std::span<const std::uint8_t> bytes,
                                                 const std::string& source) {
  constexpr std::size_t kWidest = 1024;
  const auto parts = split_header(bytes);
  const auto header = parts ? parse_npy_header(parts->header) : std::nullopt;
  std::size_t width = 0;
  if (header && header->descr.starts_with("|S")) {
    const char* const end = header->descr.data() + header->descr.size();
    if (std::from_chars(header->descr.data() + 2, end, width).ptr != end) {
      width = 0;
    }
  }
  if (width == 0 || width > kWidest || header->shape.size() != 1 ||
      parts->payload.size() % width != 0 ||
      parts->payload.size() / width != static_cast<std::size_t>(header->shape[0])) {
    return malformed(source, "texts must be a one-dimensional array of |S1 to |S1024",
                     header ? header->descr : "no NPY header");
  }
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < parts->payload.size(); at += width) {
    const auto* const text = reinterpret_cast<const char*>(parts->payload.data() + at);
    texts.emplace_back(text, std::find(text, text + width, '\0'));
  }
  return texts;
}

}  // namespace blindfit::data
