// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/streamed_data.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "apps/program/interrupt.h"
#include "apps/program/read_ahead.h"

namespace blindfit::cloud {
namespace {

ckks::Ciphertext load_unchanged(const CiphertextFiles& files, const DataFile& file) {
  LoadedCiphertext loaded = files.load(file.expected);
  if (loaded.checksum != file.checksum) {
    throw base::Error(base::ErrorCode::kForeign,
                      files.path_of(file.expected.role).string() +
                          ": the file must stay as it was when this run began, and it has "
                          "changed; put it back and run again (training goes on with --resume)");
  }
  return std::move(loaded.ciphertext);
}

}  // namespace

learn::DataSource<ckks::Ciphertext> streamed_data(const CiphertextFiles& files,
                                                  std::vector<DataFile> tiles, std::size_t width,
                                                  std::size_t pairs_at_once,
                                                  base::ThreadPool& pool) {
  const auto read = [files, tiles = std::move(tiles), width, pairs_at_once,
                     &pool](matrix::PairRange pairs) {
    const auto block = std::make_shared<std::vector<ckks::Ciphertext>>(pairs.size() * width);
    const std::size_t first = pairs.first * width;
    pool.parallel_for(block->size(), [&](std::size_t i) {
      program::throw_if_interrupted();
      (*block)[i] = load_unchanged(files, tiles[first + i]);
    });
    // After the last block of an iteration comes the first one again.
    for (std::size_t i = 0; i < pairs_at_once * width; ++i) {
      program::read_ahead(
          files.path_of(tiles[(first + block->size() + i) % tiles.size()].expected.role));
    }
    return learn::DataBlock<ckks::Ciphertext>{*block, block};
  };
  return {pairs_at_once, read};
}

}  // namespace blindfit::cloud
