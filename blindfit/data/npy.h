// SPDX-License-Identifier: Apache-2.0
// NumPy's array files: NPY format versions 1.0, 2.0 and 3.0 (numpy.lib.format), little-endian
// numbers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "blindfit/data/dataset.h"
#include "blindfit/data/file_bytes.h"

namespace blindfit::data {

/// Element types that are read: <f2 <f4 <f8, |u1 |i1 |b1, and <u2 <i2 <u4 <i4 <u8 <i8.
enum class NpyType { kF2, kF4, kF8, kU1, kB1, kI1, kU2, kI2, kU4, kI4, kU8, kI8 };

/// A parsed header and the array's bytes, which belong to whoever owns the file's bytes.
struct NpyArray {
  NpyType type = NpyType::kF8;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
  std::span<const std::uint8_t> payload;
};

/// Parses the header and checks that exactly the bytes it promises follow. `source` names the file
/// in messages; all extents but the first together count as columns. Errors: kMalformed for
/// anything that is not such a file, an element type that is not listed (big-endian, objects,
/// strings, complex), no dimension or more than `max_dimensions`, or missing or surplus bytes;
/// kTooLarge above the limits.
base::Result<NpyArray> parse_npy(std::span<const std::uint8_t> bytes, const std::string& source,
                                 const Limits& limits = {}, std::size_t max_dimensions = 2);

/// Converts to doubles; one dimension becomes one column, Fortran order is transposed. Requires at
/// most two dimensions. Errors: kMalformed, with row and column, for a value that is not finite.
base::Result<Matrix> to_matrix(const NpyArray& array, const std::string& source);

/// Converts a one-dimensional array (or one of a single column) of integers, or of floats that are
/// integers, to labels. Errors: kMalformed for another shape, and, with the row, for a value that
/// is no integer or negative.
base::Result<std::vector<int>> to_labels(const NpyArray& array, const std::string& source);

base::Result<Matrix> read_npy_matrix(const std::filesystem::path& path, const Limits& limits = {});
base::Result<std::vector<int>> read_npy_labels(const std::filesystem::path& path,
                                               const Limits& limits = {});

/// Row-major, as features are stored between programs.
using FloatMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// NPY 1.0 bytes of a two-dimensional <f8 or <f4 array, a one-dimensional <f8 array, a
/// one-dimensional <i8 array.
Bytes make_npy(const Matrix& matrix);
Bytes make_npy(const FloatMatrix& matrix);
Bytes make_npy(const Eigen::VectorXd& vector);
Bytes make_npy(std::span<const std::int64_t> integers);
/// One-dimensional |S: the bytes of each text, zeros to the length of the longest.
Bytes make_npy(const std::vector<std::string>& texts);

/// Parses what make_npy of texts makes, up to 1,024 bytes a text. Errors: kMalformed for anything
/// else.
base::Result<std::vector<std::string>> parse_npy_texts(std::span<const std::uint8_t> bytes,
                                                       const std::string& source);

}  // namespace blindfit::data
