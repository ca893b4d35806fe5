// SPDX-License-Identifier: Apache-2.0
// X of an upload that memory does not hold: read from its files a few row pairs at a time, in every
// iteration again.
#pragma once

#include <cstdint>
#include <vector>

#include "apps/cloud/ciphertext_files.h"
#include "blindfit/base/thread_pool.h"
#include "blindfit/learn/data_source.h"

namespace blindfit::cloud {

/// A data file as it was when the job was opened.
struct DataFile {
  ExpectedCiphertext expected;
  std::vector<std::uint8_t> checksum;
};

/// `tiles` are the files of all tiles, pair by pair, `width` a pair. While one block is worked on,
/// the system fetches the next. A read throws as CiphertextFiles::load, and Error{kForeign} for a
/// file that has changed since. `pool` must outlive the source; a read must not run inside one of
/// its tasks.
learn::DataSource<ckks::Ciphertext> streamed_data(const CiphertextFiles& files,
                                                  std::vector<DataFile> tiles, std::size_t width,
                                                  std::size_t pairs_at_once,
                                                  base::ThreadPool& pool);

}  // namespace blindfit::cloud
