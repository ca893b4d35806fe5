// SPDX-License-Identifier: Apache-2.0
// How much an untrusted data file may ask for; every reader compares with these before it
// allocates.
#pragma once

#include <cstdint>

namespace blindfit::data {

/// Upper limits on one data set. The defaults admit 4,000,000 x 128 or 1,000,000 x 512 doubles.
struct Limits {
  std::int64_t rows = 10'000'000;
  std::int64_t columns = 65'536;
  /// Bytes of a file after decompression, and bytes of the matrix of doubles made from it.
  std::int64_t bytes = std::int64_t{4} << 30;
  int classes = 1024;
  /// Fewer distinct labels than this are refused; 1 admits a file of a single class for evaluation.
  int distinct_labels = 2;
};

}  // namespace blindfit::data
