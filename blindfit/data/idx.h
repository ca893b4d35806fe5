// SPDX-License-Identifier: Apache-2.0
// IDX files of unsigned bytes, the format of MNIST (LeCun, Cortes, Burges), plain or gzip.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "blindfit/data/dataset.h"

namespace blindfit::data {

/// A parsed header and the array's bytes, which belong to whoever owns the file's bytes.
struct IdxArray {
  std::vector<std::int64_t> shape;
  std::int64_t columns = 1;  ///< all extents but the first, multiplied
  std::span<const std::uint8_t> payload;
};

/// Parses the header and checks that exactly the bytes it promises follow. Errors: kMalformed for
/// another magic number or element type, an empty array, or missing or surplus bytes; kTooLarge
/// above the limits.
base::Result<IdxArray> parse_idx(std::span<const std::uint8_t> bytes, const std::string& source,
                                 const Limits& limits = {});

/// Turns an IDX array of one or more dimensions into one row per item: the other dimensions become
/// columns in order. Errors: those of parse_idx.
base::Result<Matrix> parse_idx_matrix(std::span<const std::uint8_t> bytes,
                                      const std::string& source, const Limits& limits = {});

/// The same for a one-dimensional array of labels.
base::Result<std::vector<int>> parse_idx_labels(std::span<const std::uint8_t> bytes,
                                                const std::string& source,
                                                const Limits& limits = {});

base::Result<Matrix> read_idx_matrix(const std::filesystem::path& path, const Limits& limits = {});
base::Result<std::vector<int>> read_idx_labels(const std::filesystem::path& path,
                                               const Limits& limits = {});

}  // namespace blindfit::data
