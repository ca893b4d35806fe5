// SPDX-License-Identifier: Apache-2.0
// The header of an NPY file: a Python dictionary literal of strings, booleans and tuples of
// integers (numpy.lib.format).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace blindfit::data {

struct NpyHeader {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

/// Returns the three entries, or nothing unless `text` is a dictionary of exactly these with a
/// plain string as descr and extents >= 0. Reads no further than `text`; allocates no more than a
/// small multiple of its length.
std::optional<NpyHeader> parse_npy_header(std::string_view text);

}  // namespace blindfit::data
