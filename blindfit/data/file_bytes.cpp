// SPDX-License-Identifier: Apache-2.0
#include "blindfit/data/file_bytes.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "blindfit/base/atomic_file.h"

namespace blindfit::data {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int kGzipOnly = 16 + MAX_WBITS;  // zlib's way to say: gzip header and trailer required

Error too_large(const std::string& source, std::int64_t limit) {
  return {ErrorCode::kTooLarge, source + ": a gzip file must unpack to no more than the limit; " +
                                    "raise the limit or split the file: more than " +
                                    std::to_string(limit) + " bytes"};
}

Error damaged(const std::string& source, const char* what) {
  return {ErrorCode::kCorrupt,
          source + ": a gzip file must be complete and undamaged; fetch it " + "again: " + what};
}

struct InflateEnd {
  void operator()(z_stream* stream) const noexcept { inflateEnd(stream); }
};

}  // namespace

Result<Bytes> gunzip(std::span<const std::uint8_t> packed, const std::string& source,
                     std::int64_t limit) {
  if (packed.size() > std::numeric_limits<uInt>::max()) {
    return too_large(source, limit);
  }
  z_stream stream{};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<z_stream, InflateEnd> owner(&stream);
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  Bytes out;
  std::array<std::uint8_t, 65536> block;
  for (;;) {
    stream.next_out = block.data();
    stream.avail_out = static_cast<uInt>(block.size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) {
      return damaged(source, stream.msg != nullptr ? stream.msg : "it ends too early");
    }
    const std::size_t produced = block.size() - stream.avail_out;
    if (static_cast<std::int64_t>(out.size() + produced) > limit) {
      return too_large(source, limit);
    }
    out.insert(out.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(produced));
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0) {
        return out;
      }
      inflateReset(&stream);  // gzip allows members to follow one another
    }
  }
}

Result<Bytes> read_unpacked(const std::filesystem::path& path, std::int64_t limit) {
  const std::int64_t limit_or_zero = std::max<std::int64_t>(limit, 0);
  Result<Bytes> bytes = base::read_file(path, static_cast<std::size_t>(limit_or_zero));
  if (!bytes || bytes->size() < 2 || (*bytes)[0] != 0x1f || (*bytes)[1] != 0x8b) {
    return bytes;
  }
  return gunzip(*bytes, path.string(), limit);
}

}  // namespace blindfit::data
